import { type Clock, sleepUntil } from '../../lib/clock.ts';

export type Schedule = Readonly<{ requests: number; intervalMs: number }>;

/** One request that has fallen due. */
export type Due = Readonly<{
  sequence: number;
  /** On the monotonic clock. */
  dueMs: number;
  /** Milliseconds since the Unix epoch. */
  dueEpochMs: number;
  /** How long after its due time it started. */
  delayMs: number;
}>;

/** From the first scheduled time to the last one. */
export function scheduleLengthMs(schedule: Schedule): number {
  return (schedule.requests - 1) * schedule.intervalMs;
}

/**
 * Open-loop pacing: calls `start` for every request at its own scheduled time, whether or not
 * earlier ones have been answered. Times are counted from the first, so that delays do not add up;
 * after a stall everything overdue starts at once, each with its own delay.
 *
 *     due     0     1     2     3     4
 *             |     |     |     |     |
 *     started 0     1       ▒▒▒▒23    4      (▒ = the process stalled)
 *
 * Returns how many requests started; fewer than scheduled only when the signal aborted.
 */
export async function pace(
  schedule: Schedule,
  clock: Clock,
  signal: AbortSignal,
  start: (due: Due) => void,
): Promise<number> {
  const firstMs = clock.nowMs();
  const firstEpochMs = clock.epochMs();
  for (let sequence = 0; sequence < schedule.requests; sequence++) {
    const offsetMs = sequence * schedule.intervalMs;
    const dueMs = firstMs + offsetMs;
    if (clock.nowMs() < dueMs) await sleepUntil(clock, dueMs, signal);
    if (signal.aborted) return sequence;
    const delayMs = Math.max(0, clock.nowMs() - dueMs);
    start({ sequence, dueMs, dueEpochMs: firstEpochMs + offsetMs, delayMs });
  }
  return schedule.requests;
}
