import type { RequestRecord } from '../cohorts/request-record.ts';
import { requestedBetween } from './cohort-summary.ts';

/** From the first request to the last; null where no two began at different times. */
export function rateOf(records: readonly RequestRecord[]) {
  const between = requestedBetween(records);
  if (between === null) return null;
  const seconds = (Date.parse(between.last) - Date.parse(between.first)) / 1_000;
  if (seconds <= 0) return null;
  return { requests: records.length, ...between, requestsPerSecond: records.length / seconds };
}

type Period = Readonly<{ seconds: number; symbol: string; word: string }>;
const SECOND: Period = { seconds: 1, symbol: 's', word: 'second' };
const PERIODS: readonly Period[] = [
  SECOND,
  { seconds: 60, symbol: 'min', word: 'minute' },
  { seconds: 3_600, symbol: 'h', word: 'hour' },
];

/** The shortest in which one request comes. */
export const periodOf = (perSecond: number): Period =>
  PERIODS.find(({ seconds }) => perSecond * seconds >= 1) ?? (PERIODS.at(-1) as Period);

/** `50 requests/s`, `12.5 requests/min`. */
export function rateText(perSecond: number): string {
  const { seconds, symbol } = periodOf(perSecond);
  return `${Number((perSecond * seconds).toPrecision(3))} requests/${symbol}`;
}
