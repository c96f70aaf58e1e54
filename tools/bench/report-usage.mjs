/*
 * Loaded with --import: says on stderr, as the last line, what the process took. Plain JavaScript, so
 * that a program in JavaScript does not load the stripping of types for it.
 */
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const cpuMs = Math.round((userCPUTime + systemCPUTime) / 1_000);
  const peakMb = Math.round(maxRSS / 1_024);
  process.stderr.write(
    `\n${JSON.stringify({ wallMs: Math.round(performance.now()), cpuMs, peakMb })}\n`,
  );
});
