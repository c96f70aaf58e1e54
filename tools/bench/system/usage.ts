/**
 * Loaded with --import: tells the benchmark, when it asks, what the process has taken so far. It
 * loads no module that instrumentation has to patch.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { serve } from './channel.ts';

const STATUS = '/proc/self/status';

/** Where the system tells; elsewhere since the start, with what loading the sources took. */
function peakMb(maxRssKb: number): number {
  const status = existsSync(STATUS) ? readFileSync(STATUS, 'utf8') : '';
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? maxRssKb) / 1_024;
}

serve({
  /** The peak begins again at what is in use now. */
  resetPeak() {
    if (existsSync(STATUS)) writeFileSync('/proc/self/clear_refs', '5');
  },
  usage() {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    return {
      cpuMs: (userCPUTime + systemCPUTime) / 1_000,
      peakMb: peakMb(maxRSS),
      // Not in the types of Node yet.
      allocatedKb: Number(Object(getHeapStatistics()).total_allocated_bytes) / 1_000,
    };
  },
});
// A program that has nothing else to do still ends.
process.channel?.unref();
