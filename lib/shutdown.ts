import { integer } from './telemetry/environment.ts';
import type { Logger } from './telemetry/log.ts';

/** For a program's variables; the default leaves 1 s of Cloud Run's 10 s. */
export const shutdownTimeout = () =>
  integer({ min: 1_000, max: 600_000, default: 9_000 }).describe(
    'Milliseconds from SIGTERM to the end of the program. Below the time after which the platform kills it: 10 s on Cloud Run, `terminationGracePeriodSeconds` on GKE',
  );

export type ShutdownStep = Readonly<{
  name: string;
  /** `leftMs`: until the process ends, this step and those after it included. */
  run: (leftMs: number) => Promise<void> | void;
}>;

/**
 * Runs the steps in order, once, on the first SIGTERM or SIGINT, and exits: 0 when all of them
 * ended in time, 1 otherwise. The platform kills some time after SIGTERM, so all steps share
 * `timeoutMs`, and each is told what is left of it. The count of spans is written in both cases: the
 * telemetry writes it at the exit where its own step did not.
 *
 * Later signals are ignored rather than hastening the end: Ctrl-C under npm arrives twice.
 */
export function shutdownOnSignal(options: {
  logger: Logger;
  steps: readonly ShutdownStep[];
  timeoutMs: number;
}): void {
  const { logger, steps, timeoutMs } = options;
  let stopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    const endMs = performance.now() + timeoutMs;
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
        await step.run(Math.max(0, endMs - performance.now()));
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
