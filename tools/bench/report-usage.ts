/** Loaded with --import: says on stderr, as the last line, what the process took. */
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const cpuMs = Math.round((userCPUTime + systemCPUTime) / 1_000);
  process.stderr.write(
    `\n${JSON.stringify({ wallMs: Math.round(performance.now()), cpuMs, peakMb: Math.round(maxRSS / 1_024) })}\n`,
  );
});
