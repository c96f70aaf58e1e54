/**
 * Loaded with --import: tells the benchmark, when it asks, what the process has taken so far. It
 * loads no module that instrumentation has to patch.
 */
import { getHeapStatistics } from 'node:v8';
import { serve } from './channel.ts';

serve({
  usage() {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    return {
      cpuMs: (userCPUTime + systemCPUTime) / 1_000,
      peakMb: maxRSS / 1_024,
      // Not in the types of Node yet.
      allocatedKb: Number(Object(getHeapStatistics()).total_allocated_bytes) / 1_000,
    };
  },
});
// A program that has nothing else to do still ends.
process.channel?.unref();
