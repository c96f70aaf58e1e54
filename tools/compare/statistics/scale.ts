import type { Sides } from '../cohorts/cohort.ts';

/**
 * Through what the figures of either side go before they are subtracted. Numbers in place of
 * functions: an interval scales some million figures, and a function that is handed over makes an
 * object of each.
 */
export type Scale = Sides<SideScale>;

/** On the logarithm of `factor * (ms + addedMs)`, or on that itself. */
export type SideScale = Readonly<{ isLog: boolean; factor: number; addedMs: number }>;

/** Milliseconds against milliseconds. */
export const PLAIN: SideScale = { isLog: false, factor: 1, addedMs: 0 };

/** On the logarithm, because latency differs by factors and its spread grows with it. */
export const LOGARITHM: SideScale = { ...PLAIN, isLog: true };

export function scaled(ms: number, { isLog, factor, addedMs }: SideScale): number {
  const value = factor * (ms + addedMs);
  return isLog ? Math.log(value) : value;
}
