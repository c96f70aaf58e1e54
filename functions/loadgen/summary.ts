import type { DropReason, LoadSummary, Quantiles } from './contract.ts';
import type { FailureKind } from './request.ts';

/** How one request that was started ended. */
export type Outcome =
  | Readonly<{ result: 'ok' | 'mismatched'; fromScheduledMs: number; fromSendMs: number }>
  | Readonly<{ result: 'failed'; kind: FailureKind | 'internal'; sent: boolean }>;

export type RunIdentity = Readonly<
  Pick<LoadSummary, 'runId' | 'scheduledMinute' | 'seed' | 'requests' | 'lateAfterMs'>
>;

export type Tally = ReturnType<typeof createTally>;

/** Counts what became of every request of one run: none is hidden, so the counts add up. */
export function createTally(run: RunIdentity) {
  const counts = { sent: 0, ok: 0, mismatched: 0, failed: 0, late: 0, shed: 0 };
  const dropReasons: Record<DropReason, number> = { maxInFlight: 0, stopping: 0, notReady: 0 };
  const errors: Record<string, number> = {};
  const fromScheduled: number[] = [];
  const fromSend: number[] = [];

  return {
    start(delayMs: number): void {
      if (delayMs > run.lateAfterMs) counts.late++;
    },
    /** One that was started; how it ends is counted like any other. */
    shed(): void {
      counts.shed++;
    },
    shedSoFar: (): number => counts.shed,
    drop(reason: DropReason, count = 1): void {
      dropReasons[reason] += count;
    },
    end(outcome: Outcome): void {
      counts[outcome.result]++;
      if (outcome.result === 'failed') {
        if (outcome.sent) counts.sent++;
        errors[outcome.kind] = (errors[outcome.kind] ?? 0) + 1;
        return;
      }
      counts.sent++;
      fromScheduled.push(outcome.fromScheduledMs);
      fromSend.push(outcome.fromSendMs);
    },
    /** The figures so far; a snapshot, so that a run in progress can be looked at. */
    summary(state: LoadSummary['state']): LoadSummary {
      return {
        ...run,
        state,
        ...counts,
        dropped: dropReasons.maxInFlight + dropReasons.stopping + dropReasons.notReady,
        dropReasons: { ...dropReasons },
        latencyMs: { fromScheduled: quantiles(fromScheduled), fromSend: quantiles(fromSend) },
        errors: { ...errors },
      };
    },
  };
}

/** Nearest rank: always a latency that occurred, also for one value. Null for none. */
export function quantiles(values: readonly number[]): Quantiles {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => {
    const value = sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
    return Math.round(value * 1000) / 1000;
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
