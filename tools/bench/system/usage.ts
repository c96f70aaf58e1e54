/**
 * Loaded with --import: tells the benchmark, when it asks, what the process has taken so far. It
 * loads no module that instrumentation has to patch.
 */
import { serve } from './channel.ts';

serve({
  usage() {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    return { cpuMs: (userCPUTime + systemCPUTime) / 1_000, peakMb: maxRSS / 1_024 };
  },
});
// A program that has nothing else to do still ends.
process.channel?.unref();
