import {
  foldColumns,
  formatFigure,
  formatPercent,
  padColumns,
  wrapText,
} from '../../cli/format.ts';
import type { Sides } from '../cohorts/cohort.ts';
import type { CohortSummary } from '../result/cohort-summary.ts';
import type { Comparison } from '../result/comparison.ts';
import { foldedText } from '../result/folded-names.ts';
import { atLeast } from '../result/incomparable.ts';
import type { Quantiles } from '../statistics/quantiles.ts';
import { leftOut } from './left-out.ts';
import { latencyLegend } from './legend.ts';
import { tracedText } from './traced-text.ts';
import { readFrom, readNotes } from './wording.ts';

const OF_THE_SCHEDULE = new Set([
  ...['requests traced', 'runs', 'wrong counts', "front end's span stored"],
  'start delay p95, ms',
]);

type Count = readonly [string, (cohort: CohortSummary) => string];

const OWN_COUNTS: readonly Count[] = [
  ['requests traced', tracedText],
  ['runs', ({ runs }) => String(runs)],
  ['complete traces', ({ whole, rates }) => `${whole} (${formatPercent(rates.whole)})`],
  ['errors', ({ errors, rates }) => `${errors} (${formatPercent(rates.error)})`],
  [
    'wrong counts',
    ({ wrongCounts, rates }) => `${wrongCounts} (${formatPercent(rates.wrongCount)})`,
  ],
  ['cold requests', ({ cold }) => String(cold)],
  ["front end's span stored", ({ frontEndStored }) => String(frontEndStored)],
  ['start delay p95, ms', ({ startDelayP95Ms }) => formatFigure(startDelayP95Ms)],
  ['warm p50/p90/p95/p99, ms', ({ latency }) => quantileText(latency.warm)],
  ['cold p50/p90/p95/p99, ms', ({ latency }) => quantileText(latency.cold)],
];

/** Of another system: nothing is sent by a schedule, and no answer is known. */
const COUNTS_OF_ANY: readonly Count[] = [
  ['requests traced', (cohort) => tracedText({ ...cohort, expectedRequests: null })],
  ...OWN_COUNTS.filter(([name]) => !OF_THE_SCHEDULE.has(name)),
];

function quantileText(quantiles: Quantiles | null): string {
  if (quantiles === null) return '–';
  const { p50Ms, p90Ms, p95Ms, p99Ms } = quantiles;
  return [p50Ms, p90Ms, p95Ms, p99Ms].map(formatFigure).join(' / ');
}

const NAME_COLUMNS = 25;

/** Nothing is cut: two labels or filters may differ in their middle. */
function besideLines(
  name: string,
  { a: ofA, b: ofB }: Sides<string>,
  width: number,
): readonly string[] {
  const columns = Math.floor((width - NAME_COLUMNS - 2) / 2);
  const [a, b] = [foldColumns(ofA, columns), foldColumns(ofB, columns)];
  return Array.from({ length: Math.max(a.length, b.length) }, (_, row) => {
    const start = row === 0 ? name : '';
    const left = padColumns(a[row] ?? '', columns);
    return `${start.padEnd(NAME_COLUMNS)}${left}  ${b[row] ?? ''}`.trimEnd();
  });
}

/** Both cohorts in counts, and where they were read from. */
export function cohortLines(comparison: Comparison, width: number): readonly string[] {
  const { a, b } = comparison.cohorts;
  const beside = (name: string, of: (cohort: CohortSummary) => string) =>
    besideLines(name, { a: of(a), b: of(b) }, width);
  const counts = comparison.profile === 'general' ? COUNTS_OF_ANY : OWN_COUNTS;
  const sentences = [
    ...[readFrom(comparison), ...leftOut(comparison)],
    ...[...foldedText(comparison.foldedNames), ...readNotes(comparison)],
  ].flatMap((sentence) => wrapText(sentence, '', '', width));
  // Of cohorts that nobody chose there is nothing to count.
  if (a.filter === '' || b.filter === '') return sentences;
  const where = (count: (cohort: CohortSummary) => number) => count(a) + count(b) > 0;
  return [
    ...beside('COHORTS', ({ label }) => label),
    ...beside('filter', ({ filter }) => filter),
    ...counts.flatMap(([name, of]) => beside(name, of)),
    ...(where(({ shed }) => shed) ? beside('shed, no trace', ({ shed }) => atLeast(shed)) : []),
    ...(where(({ impossible }) => impossible)
      ? beside('impossible times', ({ impossible }) => `${impossible}`)
      : []),
    ...(where(({ impossibleDelay }) => impossibleDelay)
      ? beside('impossible delays', ({ impossibleDelay }) => `${impossibleDelay}`)
      : []),
    ...wrapText(latencyLegend(comparison), '', '', width),
    ...sentences,
  ];
}
