import { formatMs as formatDuration, formatSignedMs } from '../../cli/format.ts';
import type { Comparison } from '../result/comparison.ts';
import type { Estimate } from '../statistics/estimate.ts';
import { digitsOf } from '../text/digits.ts';

/** Figures and verdicts in the page's words; an en dash where there is no value. */

export function formatMs(ms: number | null): string {
  return ms === null || !Number.isFinite(ms) ? '–' : minus(formatDuration(ms));
}

/** A difference, always with its sign. */
export function formatDifferenceMs(ms: number | null): string {
  return ms === null || !Number.isFinite(ms) ? '–' : minus(formatSignedMs(ms));
}

/** Of an estimate: its figure and its interval have as many decimals as the interval needs. */
export function ratioFormat(estimate: Estimate): (ratio: number | null) => string {
  const digits = digitsOf(estimate);
  return (ratio) => (ratio === null || !Number.isFinite(ratio) ? '–' : ratio.toFixed(digits));
}

export function formatInterval(estimate: Estimate, format: (value: number) => string): string {
  if (estimate.low === null || estimate.high === null) return '–';
  return `${format(estimate.low)} to ${format(estimate.high)}`;
}

/** 2026-11-20 10:15:00 UTC: always UTC, so that the same input gives the same bytes anywhere. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function minus(text: string): string {
  return text.replace('-', '−');
}

export type Labels = Readonly<{ a: string; b: string; local: boolean }>;

/** What the cohorts are called throughout the page; a local run's say that they are local. */
export function labelsOf({ source, cohorts }: Pick<Comparison, 'source' | 'cohorts'>): Labels {
  const label = (text: string) =>
    source.local && !/\blocal\b/i.test(text) ? `${text} (local)` : text;
  return { a: label(cohorts.a.label), b: label(cohorts.b.label), local: source.local };
}
