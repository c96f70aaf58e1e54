import { integerOf, type Members } from '../members.ts';
import { type Moment, type SpanTimes, toMoment, toSpanTimes } from '../times.ts';
import { isNot, show } from '../unreadable.ts';

/**
 * A fixed64 of nanoseconds since the epoch; absent and 0 are none. What is no number at all is
 * refused.
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
  return toMoment(nanos, `${name} ${show(value)}`);
}

function nanosOf(value: unknown): bigint | 'fraction' | null {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return null;
    return Number.isInteger(value) ? BigInt(value) : 'fraction';
  }
  return typeof value === 'string' ? integerOf(value) : null;
}

/** Start and end of a span, or why they cannot be. */
export function spanTimes(members: Members): SpanTimes {
  const { startTimeUnixNano, endTimeUnixNano } = members;
  return toSpanTimes(
    momentOf(members, 'startTimeUnixNano'),
    momentOf(members, 'endTimeUnixNano'),
    () =>
      `endTimeUnixNano ${show(endTimeUnixNano)} is before startTimeUnixNano ${show(startTimeUnixNano)}`,
  );
}
