/**
 * Clock skew between hosts. A server cannot begin before its client asked; where its span says so,
 * its clock is off and the span is shifted, with everything below it, into its client's span.
 *
 *     client  |-----------------|          client  |-----------------|
 *     server |-------|               →     server       |-------|
 *
 * Centred, because nothing tells the way there from the way back. The sum of both, which is the gap
 * that the comparison reports, does not depend on where inside the client span the server lies. So
 * skew that stays inside the client's span cannot be seen, and does no harm to any figure.
 */

export type Window = Readonly<{ startMs: number; endMs: number }>;

/**
 * A server's span may end after its client's: it ends once the response is flushed, and on a busy
 * machine its process waits for that. Up to here it is taken as that and cut off, not as a clock.
 */
export const FLUSH_TOLERANCE_MS = 10;

/**
 * By how much to shift `child`, a span of another host, so that `parent` can have caused it; 0 where
 * nothing speaks against its clock. `mayOutlive`: the parent gave up or the child's process was
 * stopped, so that an end after the parent's end is real.
 */
export function skewShiftMs(parent: Window, child: Window, mayOutlive: boolean): number {
  const startsEarly = child.startMs < parent.startMs;
  const endsLate = child.endMs > parent.endMs + FLUSH_TOLERANCE_MS;
  const room = parent.endMs - parent.startMs - (child.endMs - child.startMs);
  if (room < 0) {
    // Longer than its parent: it outlived it, and only its start can be wrong.
    return startsEarly ? parent.startMs - child.startMs : 0;
  }
  if (startsEarly || (endsLate && !mayOutlive)) {
    return parent.startMs + room / 2 - child.startMs;
  }
  return 0;
}

/** How far `child` lies outside its parent: by this much at least its clock is off. */
export function outsideMs(parent: Window, child: Window): number {
  return Math.max(0, parent.startMs - child.startMs, child.endMs - parent.endMs);
}
