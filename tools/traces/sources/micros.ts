import type { Members } from './members.ts';
import { type Moment, type SpanTimes, toMoment, toSpanTimes } from './times.ts';
import { isNot, show } from './unreadable.ts';

const MICROS = 'microseconds, as a number or as text';

/** Microseconds since the epoch, which Jaeger and Zipkin have; absent and 0 are none. */
export function microsOf(members: Members, name: string): Moment {
  const value = members[name];
  if (value === undefined || value === 0 || value === '0') return { why: `${name} is missing` };
  return toMoment(nanosOf(members, name), `${name} ${show(value)}`);
}

/**
 * Start and end of a span that says how long it lasted. Without a duration it has no end: nobody
 * knows whether it is still running.
 */
export function spanTimesOf(members: Members, startName: string, lastsName: string): SpanTimes {
  const start = microsOf(members, startName);
  if ('why' in start) return { startMs: 0, endMs: 0, impossible: start.why };
  const lasts = members[lastsName];
  if (lasts === undefined) {
    return toSpanTimes(start, { why: `${lastsName} is missing` }, () => '');
  }
  const nanos = nanosOf(members, lastsName);
  if (nanos < 0n) {
    return toSpanTimes(start, { why: `${lastsName} ${show(lasts)} is below 0` }, () => '');
  }
  return toSpanTimes(
    start,
    toMoment(start.nanos + nanos, `the end after ${lastsName} ${show(lasts)}`),
    () => '',
  );
}

/** A double holds a time of today to a quarter of a microsecond. */
function nanosOf(members: Members, name: string): bigint {
  const value = members[name];
  const text = typeof value === 'number' && Number.isFinite(value) ? toDigits(value) : value;
  const match = typeof text === 'string' ? /^(-?)(\d{1,20})(?:\.(\d{1,40}))?$/.exec(text) : null;
  if (match === null) throw isNot(name, value, MICROS);
  const [, sign, micros = '', decimals = ''] = match;
  const nanos = BigInt(micros + decimals.slice(0, 3).padEnd(3, '0'));
  return sign === '-' ? -nanos : nanos;
}

const toDigits = (value: number): string =>
  Number.isInteger(value) ? String(BigInt(value)) : value.toFixed(3);
