/** Makes a program write what has become of its spans so far. SIGUSR1 is node's, for its inspector. */
export const LEDGER_SIGNAL = 'SIGUSR2';

/** It would end the program; until the telemetry listens to it there is nothing to write. */
export function ignoreEarlyLedgerSignal(): void {
  process.on(LEDGER_SIGNAL, () => {});
}

/**
 * Ends a process that is told to stop before its program listens for that. The kernel gives PID 1,
 * which a container's program is, no default for a signal: without a handler it would start up,
 * listen, and run on until it is killed.
 *
 * Does nothing once the program has a handler. Imports nothing, so that it comes before the module
 * graph of the telemetry, which takes most of the time that a start takes.
 */
export function endOnEarlySignal(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
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
