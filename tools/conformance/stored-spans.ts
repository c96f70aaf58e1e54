import { setTimeout as sleep } from 'node:timers/promises';
import type { TraceStore } from '../local/cloud/trace/store.ts';
import type { Span } from '../traces/model.ts';

/** Milliseconds since the Unix epoch. */
export type Window = Readonly<{ fromMs: number; toMs: number }>;

const nowMs = () => performance.timeOrigin + performance.now();

/** When it ran: the clock of spans, and so of a program on this machine. */
export async function timed(run: () => Promise<unknown>): Promise<Window> {
  const fromMs = nowMs();
  await run();
  return { fromMs, toMs: nowMs() };
}

/** The spans of the program under test. */
export type Stored = Readonly<{
  spansIn(traceId: string): readonly Span[];
  /** Of any trace, by when they started. */
  startedIn(window: Window): readonly Span[];
  /** How many have arrived so far, in any trace. */
  arrived(): number;
  /** Returns as soon as the trace has spans, and all that were sent before it had the time to. */
  awaitSpans(traceId: string, signal: AbortSignal): Promise<readonly Span[]>;
}>;

/** Longer than any SDK keeps a batch, by default 5 s. */
const STORED_WITHIN_MS = 15_000;
/** Spans of other traces arrive, and that of this one does not. */
const QUIET_AFTER_MS = 6_000;
const POLL_MS = 50;
/** Exports of one batch and the next may overtake each other. */
const SETTLED_AFTER_MS = 300;

export function readStored(store: TraceStore, withinMs = STORED_WITHIN_MS): Stored {
  const spansIn = (traceId: string) => store.trace(traceId)?.spans ?? [];
  const arrived = () => store.stats().spans;
  return {
    spansIn,
    arrived,
    startedIn: ({ fromMs, toMs }) =>
      store
        .traces()
        .flatMap(({ spans }) => spans)
        .filter(({ startMs }) => startMs >= fromMs && startMs <= toMs),
    async awaitSpans(traceId, signal) {
      let untilMs = performance.now() + withinMs;
      let seen = 0;
      while (performance.now() < untilMs && spansIn(traceId).length === 0) {
        if (arrived() > seen) {
          seen = arrived();
          untilMs = Math.min(untilMs, performance.now() + QUIET_AFTER_MS);
        }
        await sleep(POLL_MS, undefined, { signal });
      }
      await sleep(SETTLED_AFTER_MS, undefined, { signal });
      return spansIn(traceId);
    },
  };
}
