/** A moment in epoch milliseconds, and exactly; or why there is none. */
export type Moment = Readonly<{ ms: number; nanos: bigint }> | Readonly<{ why: string }>;

/** Cloud Trace and most other stores hold nanoseconds in a signed 64-bit integer. */
const BEYOND = 2n ** 63n;

/**
 * Nanoseconds since 1970 as a moment. Through BigInt: as one double a time of today would lose
 * 256 ns. `given` names the value as it was read, for a person.
 */
export function toMoment(nanos: bigint, given: string): Moment {
  if (nanos < 0n) return { why: `${given} is before 1970` };
  if (nanos >= BEYOND) return { why: `${given} is beyond 2^63 nanoseconds` };
  return { ms: Number(nanos / 1_000_000n) + Number(nanos % 1_000_000n) / 1_000_000, nanos };
}

/** What a span of the model has of its times. */
export type SpanTimes = Readonly<{ startMs: number; endMs: number; impossible?: string }>;

/** Start and end of a span, or why they cannot be; `backwards`: what to say of an end before it. */
export function toSpanTimes(start: Moment, end: Moment, backwards: () => string): SpanTimes {
  if ('why' in start || 'why' in end) {
    const known = 'ms' in start ? start.ms : 'ms' in end ? end.ms : 0;
    const whys = [start, end].flatMap((moment) => ('why' in moment ? [moment.why] : []));
    return { startMs: known, endMs: known, impossible: whys.join(', ') };
  }
  // Of a few nanoseconds milliseconds show nothing.
  if (end.nanos >= start.nanos) return { startMs: start.ms, endMs: end.ms };
  return { startMs: start.ms, endMs: start.ms, impossible: backwards() };
}
