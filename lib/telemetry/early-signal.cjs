/*
 * For node --require: ends a process that is told to stop before its program listens for that. The
 * kernel gives PID 1, which a container's program is, no default for a signal: without a handler it
 * would start up, listen, and run on until it is killed.
 *
 * Does nothing once the program has a handler. JavaScript, CommonJS and without imports, so that it
 * runs first: what strips types, and the loader of ES modules, double the time in which a signal is
 * ignored. The preload imports it too, for programs that are started without --require.
 */
const INSTALLED = Symbol.for('shakesapp.earlySignal');

if (!globalThis[INSTALLED]) {
  globalThis[INSTALLED] = true;
  // It would end the program; until the telemetry listens to it there is no count to write.
  process.on('SIGUSR2', () => {});
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, () => {
      if (process.listenerCount(signal) > 1) return;
      const message = 'told to stop before the program had started';
      const time = new Date().toISOString();
      process.stdout.write(`${JSON.stringify({ severity: 'INFO', message, signal, time })}\n`, () =>
        process.exit(0),
      );
    });
  }
}
