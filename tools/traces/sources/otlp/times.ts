import { isNot, show } from '../unreadable.ts';
import type { Members } from './members.ts';

/** A moment in epoch milliseconds, and exactly; or why there is none. */
export type Moment = Readonly<{ ms: number; nanos: bigint }> | Readonly<{ why: string }>;

/** Cloud Trace and most other stores hold nanoseconds in a signed 64-bit integer. */
const BEYOND = 2n ** 63n;

/**
 * A fixed64 of nanoseconds since the epoch; absent and 0 are none. Through BigInt: as one double a
 * time of today would lose 256 ns. What is no number at all is refused.
 */
export function momentOf(members: Members, name: string): Moment {
  const value = members[name];
  if (value === undefined || value === '' || value === 0 || value === '0') {
    return { why: `${name} is missing` };
  }
  const nanos = nanosOf(value);
  if (nanos === null) {
    throw isNot(name, value, 'nanoseconds since 1970, as a number or as text');
  }
  if (nanos === 'fraction') return { why: `${name} ${show(value)} is a fraction of a nanosecond` };
  if (nanos < 0n) return { why: `${name} ${show(value)} is before 1970` };
  if (nanos >= BEYOND) return { why: `${name} ${show(value)} is beyond 2^63` };
  return { ms: Number(nanos / 1_000_000n) + Number(nanos % 1_000_000n) / 1_000_000, nanos };
}

function nanosOf(value: unknown): bigint | 'fraction' | null {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return null;
    return Number.isInteger(value) ? BigInt(value) : 'fraction';
  }
  if (typeof value !== 'string') return null;
  if (/^-?\d{1,40}$/.test(value)) return BigInt(value);
  // Protobuf's JSON mapping also takes 1.5e3 for an integer.
  const match = /^(-?\d{1,40})(?:\.(\d{1,40}))?(?:[eE]\+?(\d{1,2}))?$/.exec(value);
  if (match === null) return null;
  const [, whole = '', decimals = '', exponent = '0'] = match;
  const places = Number(exponent);
  if (/[^0]/.test(decimals.slice(places))) return 'fraction';
  return BigInt(whole + decimals.slice(0, places).padEnd(places, '0'));
}

/** Start and end of a span, or why they cannot be. */
export function spanTimes(
  members: Members,
): Readonly<{ startMs: number; endMs: number; impossible?: string }> {
  const [start, end] = [
    momentOf(members, 'startTimeUnixNano'),
    momentOf(members, 'endTimeUnixNano'),
  ];
  if ('why' in start || 'why' in end) {
    const known = 'ms' in start ? start.ms : 'ms' in end ? end.ms : 0;
    const whys = [start, end].flatMap((moment) => ('why' in moment ? [moment.why] : []));
    return { startMs: known, endMs: known, impossible: whys.join(', ') };
  }
  // Of a few nanoseconds milliseconds show nothing.
  if (end.nanos >= start.nanos) return { startMs: start.ms, endMs: end.ms };
  const { startTimeUnixNano, endTimeUnixNano } = members;
  const why = `endTimeUnixNano ${show(endTimeUnixNano)} is before startTimeUnixNano ${show(startTimeUnixNano)}`;
  return { startMs: start.ms, endMs: start.ms, impossible: why };
}
