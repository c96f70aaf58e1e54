/** A call whose other side no span of its trace shows, or a server that nobody called. */
export type CallSpan = Readonly<{
  /** Of its trace, among those that hold such a span. */
  trace: number;
  traceId: string;
  /** How a finding names it. */
  span: string;
  service: string;
  platform: string | undefined;
  startMs: number;
  endMs: number;
}>;

type Tolerance = Readonly<{ beforeMs: number; afterMs: number }>;

/**
 * Finds to each server that nobody called the call that it may have answered: one that was open
 * while it worked, and of several the one that began nearest. A call has called one server.
 *
 *     calls by their start   ├──1──┤ ├────2────┤ ├──3──┤
 *     server                            ├──┤              2: looked for from the server's start to
 *                                                         either side, as far as any call lasts
 */
export function createOpenCalls(all: readonly CallSpan[], { beforeMs, afterMs }: Tolerance) {
  const calls = all
    .map((call, place) => ({ call, place }))
    .sort((one, other) => one.call.startMs - other.call.startMs);
  const startAt = (at: number): number => calls[at]?.call.startMs ?? Number.NaN;
  const longestMs = all.reduce((most, { startMs, endMs }) => Math.max(most, endMs - startMs), 0);
  /** Where to look on from a call that was taken. */
  const before = createSkips(calls.length, -1);
  const after = createSkips(calls.length, 1);

  return {
    /** Takes the call that is found: it is not found again. */
    take(called: CallSpan): CallSpan | undefined {
      const mayBe = (at: number): boolean => {
        const call = calls[at]?.call;
        return (
          call !== undefined &&
          call.traceId !== called.traceId &&
          (call.platform === undefined ||
            called.platform === undefined ||
            call.platform === called.platform) &&
          called.endMs <= call.endMs + afterMs
        );
      };
      let best = -1;
      let bestMs = Number.POSITIVE_INFINITY;
      const look = (at: number): boolean => {
        const awayMs = Math.abs(startAt(at) - called.startMs);
        if (!(awayMs <= bestMs)) return false;
        const isFirst = awayMs < bestMs || placeOf(at) < placeOf(best);
        if (isFirst && mayBe(at)) [best, bestMs] = [at, awayMs];
        return true;
      };
      const from = firstFrom(called.startMs);
      for (let at = after.next(from); startAt(at) <= called.startMs + beforeMs; ) {
        if (!look(at)) break;
        at = after.next(at + 1);
      }
      for (let at = before.next(from - 1); startAt(at) >= called.endMs - afterMs - longestMs; ) {
        if (!look(at)) break;
        at = before.next(at - 1);
      }
      if (best < 0) return undefined;
      before.skip(best);
      after.skip(best);
      return calls[best]?.call;
    },
  };

  function placeOf(at: number): number {
    return calls[at]?.place ?? Number.POSITIVE_INFINITY;
  }

  function firstFrom(ms: number): number {
    let [low, high] = [0, calls.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (startAt(middle) < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The next place in one direction that is not taken; behind either end there is none. */
function createSkips(length: number, step: 1 | -1) {
  // One place beyond either end.
  const target = Int32Array.from({ length: length + 2 }, (_, at) => at);
  return {
    next(from: number): number {
      const start = Math.min(Math.max(from, -1), length) + 1;
      let free = start;
      while (target[free] !== free) free = target[free] as number;
      for (let at = start; at !== free; ) {
        const following = target[at] as number;
        target[at] = free;
        at = following;
      }
      return free - 1;
    },
    skip(at: number): void {
      target[at + 1] = at + 1 + step;
    },
  };
}
