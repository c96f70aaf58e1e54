import { diag } from '@opentelemetry/api';
import { NotStoredYet } from './sink.ts';

/**
 * Writes at a time while the backend answers. With 4 s a write and 512 spans in it, that stores 512
 * spans a second. Cloud Trace takes 4,800 writes a minute of a whole project.
 */
const MAX_WRITES = 4;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 1_000;
/** No longer than this, whatever the backend asks for. */
const MAX_RETRY_AFTER_MS = 30_000;
/** From so many failures in a row on, the log has a line, and another one at their end. */
const REPORTED_FAILURES = 2;

export type WritePace = Readonly<{
  /** Whether one more write may begin beside so many others. */
  allows(writes: number): boolean;
  succeeded(): void;
  /** An attempt failed that may be repeated. */
  failed(error: Error): void;
  /** For a shutdown: ends the pause, and begins none that only the backend asks for. */
  hurry(): void;
  stop(): void;
}>;

/**
 * How fast one backend is written to. While it answers, up to MAX_WRITES run at a time. The first
 * failure leaves one at a time, after pauses that double up to a second. Each success then allows one
 * more, so that a backend that is back is not met by all that waits.
 *
 *     writes at a time  4 4 4 1     1   1       1 2 3 4
 *     pauses                  |100|   |200|  …
 */
export function createWritePace(options: {
  name: string;
  /** A write may begin that could not before. */
  onResume: () => void;
  random: () => number;
}): WritePace {
  const { name, onResume, random } = options;
  let allowed = MAX_WRITES;
  let failures = 0;
  let isHurried = false;
  let pause: NodeJS.Timeout | undefined;

  function resume(): void {
    clearTimeout(pause);
    pause = undefined;
    onResume();
  }

  return {
    allows: (writes) => pause === undefined && writes < allowed,
    succeeded() {
      if (failures >= REPORTED_FAILURES) diag.warn(`${name} stores spans again`);
      failures = 0;
      allowed = Math.min(MAX_WRITES, allowed + 1);
    },
    failed(error) {
      allowed = 1;
      // Writes that run at the same time fail together: one pause for all of them.
      if (pause !== undefined) return;
      failures += 1;
      if (failures === REPORTED_FAILURES) {
        diag.warn(`${name} stores no spans for now; they wait and are sent again`, String(error));
      }
      const backOffMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
      const askedMs = error instanceof NotStoredYet && !isHurried ? error.retryAfterMs : 0;
      const pauseMs = Math.max(
        backOffMs * (0.5 + random() / 2),
        Math.min(MAX_RETRY_AFTER_MS, askedMs),
      );
      pause = setTimeout(resume, pauseMs);
      // A program that waits for nothing else has ended.
      pause.unref?.();
    },
    hurry() {
      isHurried = true;
      if (pause !== undefined) resume();
    },
    stop() {
      clearTimeout(pause);
    },
  };
}
