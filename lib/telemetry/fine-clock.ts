import type { HrTime } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/sdk-trace-base';

/**
 * Wall-clock time finer than Date.now()'s whole milliseconds: the monotonic clock's fractions,
 * kept within the millisecond that the wall clock shows, so that corrections of the wall clock are
 * followed and two readings never swap their order between them.
 */
export function createFineClock(
  wallMs: () => number = Date.now,
  monotonicMs: () => number = () => performance.now(),
  originMs: number = performance.timeOrigin,
): () => number {
  let offsetMs = originMs;
  return () => {
    const wall = wallMs();
    const monotonic = monotonicMs();
    const fine = monotonic + offsetMs;
    // Outside of the wall clock's millisecond: take the nearer edge.
    if (fine < wall) offsetMs = wall - monotonic;
    else if (fine >= wall + 1) offsetMs = wall + 0.999 - monotonic;
    return monotonic + offsetMs;
  };
}

/** One for spans and log lines: a line that is written in a span is never before its start. */
export const fineNowMs = createFineClock();

const NANOS_PER_MS = 1_000_000;

/** The text of the last second that was written: most lines share theirs with the line before. */
const last = { second: Number.NaN, text: '' };

/** RFC 3339 with nanoseconds, of a time in milliseconds. */
export function toTimestamp(ms: number): string {
  const second = Math.floor(ms / 1_000);
  if (second !== last.second) {
    last.second = second;
    last.text = new Date(second * 1_000).toISOString().slice(0, -4);
  }
  const nanos = Math.round((ms - second * 1_000) * NANOS_PER_MS);
  // With a digit in front that is cut off again: it pads.
  return `${last.text}${String(1e9 + Math.min(nanos, 1e9 - 1)).slice(1)}Z`;
}

/**
 * Gives a span that starts now a start finer than a millisecond. The SDK takes Date.now() for the
 * start and the monotonic clock for the duration, so a child could seem to start up to 1 ms before
 * its parent and two spans in a row could seem to swap: at hops of a few hundred microseconds that
 * is most of what there is to see. End and events follow, for the SDK counts them from the start.
 *
 * Writes a field that the SDK only means to be read: it has no option for its clock. A start that
 * the caller gave is left alone.
 */
export function refineStart(span: Span, nowMs: number): void {
  const [seconds, nanos] = span.startTime;
  const startMs = seconds * 1_000 + nanos / NANOS_PER_MS;
  if (nanos % NANOS_PER_MS !== 0 || Math.abs(nowMs - startMs) > 2) return;
  const wholeSeconds = Math.floor(nowMs / 1_000);
  const start: HrTime = [wholeSeconds, Math.round((nowMs - wholeSeconds * 1_000) * NANOS_PER_MS)];
  (span as { startTime: HrTime }).startTime = start;
}
