import type { Clock } from './clock.ts';

/**
 * Cloud Trace's quota for reading, https://cloud.google.com/trace/docs/quotas: units a minute and
 * project. A COMPLETE list of up to 100 traces costs 25, one trace by id costs 1; so lists are the
 * cheaper way to read a window (5,000 traces: 1,250 units against 5,125 by list and get), and gets
 * the cheaper way to read fewer than 25 known traces.
 */
export const UNITS_PER_MINUTE = 300;
export const LIST_UNITS = 25;
export const GET_UNITS = 1;

/** How the service slices its minutes is not documented, so every unit rests a whole one. */
const REST_MS = 61_000;

export type Spent = Readonly<{ units: number; returnsAtMs: number }>;

/**
 * A bucket of units, each back in the bucket a minute after it was spent. No 60 seconds ever see
 * more than the quota; a bucket that refills steadily would let twice as many through at its start.
 */
export function createReadBudget(options: {
  clock: Clock;
  unitsPerMinute?: number;
  /** Of a reader that was killed: its units count against the quota too. */
  spent?: readonly Spent[];
}) {
  const { clock, unitsPerMinute = UNITS_PER_MINUTE } = options;
  let spent: readonly Spent[] = options.spent ?? [];
  let total = 0;
  const rest = () => {
    spent = spent.filter(({ returnsAtMs }) => returnsAtMs > clock.nowMs());
  };
  const used = () => spent.reduce((sum, { units }) => sum + units, 0);
  return {
    /** Waits until the units are there and takes them. `onWait` hears how long it will be. */
    async take(units: number, signal: AbortSignal, onWait: (ms: number) => void): Promise<void> {
      for (rest(); used() + units > unitsPerMinute; rest()) {
        const nextMs = Math.min(...spent.map(({ returnsAtMs }) => returnsAtMs));
        const waitMs = Math.max(1, nextMs - clock.nowMs());
        onWait(waitMs);
        await clock.sleep(waitMs, signal);
      }
      total += units;
      spent = [...spent, { units, returnsAtMs: clock.nowMs() + REST_MS }];
    },
    /** Units of the last minute, for a successor. */
    spent: () => spent,
    total: () => total,
  };
}

export type ReadBudget = ReturnType<typeof createReadBudget>;
