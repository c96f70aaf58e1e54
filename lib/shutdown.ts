import type { Logger } from './log.ts';

export type ShutdownStep = Readonly<{ name: string; run: () => Promise<void> | void }>;

/**
 * Runs the steps in order, once, on the first SIGTERM or SIGINT, and exits: 0 when all of them
 * ended in time, 1 otherwise. Cloud Run kills 10 s after SIGTERM, so all steps share `timeoutMs`.
 *
 * Later signals are ignored rather than hastening the end: Ctrl-C under npm arrives twice.
 */
export function shutdownOnSignal(options: {
  logger: Logger;
  steps: readonly ShutdownStep[];
  timeoutMs?: number;
}): void {
  const { logger, steps, timeoutMs = 9_000 } = options;
  let stopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'shutting down');
    let current = 'start';
    const timer = setTimeout(() => {
      logger.error({ step: current, timeoutMs }, 'shutdown timed out');
      process.exit(1);
    }, timeoutMs);
    let failed = false;
    for (const step of steps) {
      current = step.name;
      try {
        await step.run();
      } catch (error) {
        failed = true;
        logger.error({ step: step.name, error }, 'shutdown step failed');
      }
    }
    clearTimeout(timer);
    process.exit(failed ? 1 : 0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
