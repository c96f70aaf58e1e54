import {
  foldColumns,
  formatFigure,
  formatPercent,
  padColumns,
  wrapText,
} from '../../cli/format.ts';
import { type ConfigurationDifference, groupDifferences } from '../cohorts/configuration.ts';
import type { CohortSummary } from '../result/cohort-summary.ts';
import type { Comparison } from '../result/comparison.ts';
import { foldedText } from '../result/folded-names.ts';
import { atLeast } from '../result/incomparable.ts';
import { titleOf } from '../result/warning-texts.ts';
import type { Quantiles } from '../statistics/quantiles.ts';
import { failedExemplarLines, failureLines } from './render-failures.ts';
import { hopLines, PATH_LEGEND } from './render-hops.ts';
import { totalLines } from './render-totals.ts';
import { tracedText } from './traced-text.ts';
import {
  hopsLeftOutText,
  isOneSided,
  LOCAL_LABEL,
  leftOut,
  legendOf,
  readFrom,
  readingWarnings,
  readNotes,
  verdictBasis,
  verdictSentence,
} from './wording.ts';

/** The comparison for a terminal: verdict, what may confound it, hops, warnings; at most 100 columns. */
export function renderText(comparison: Comparison): string {
  const { cohorts, hops, methods, overall, unmatched, source } = comparison;
  if (unmatched.length > 0) {
    return joinBlocks([
      [...unmatched, ...(source.local ? [LOCAL_LABEL] : [])].flatMap((line) => wrapText(line)),
      cohortLines(comparison),
      readingWarnings(comparison).length === 0
        ? []
        : warningLines({ warnings: readingWarnings(comparison) }),
    ]);
  }
  return joinBlocks([
    verdictLines(comparison),
    failureLines(comparison),
    failedExemplarLines(comparison),
    cohortLines(comparison),
    hopLines(comparison, 'warm'),
    hopLines(comparison, 'cold'),
    hops.length === 0
      ? []
      : [
          ...hopsLeftOutText(comparison),
          ...legendOf({ a: cohorts.a.label, b: cohorts.b.label }, overall.paired),
          PATH_LEGEND,
        ].flatMap((line) => wrapText(line)),
    warningLines(comparison),
    totalLines(comparison),
    ['METHOD', ...methods.flatMap((method) => wrapText(method, '    ', '  '))],
  ]);
}

/** Blocks of lines with a blank line between them; empty ones are left out. */
export function joinBlocks(blocks: readonly (readonly string[])[]): string {
  const text = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'));
  return `${text.join('\n\n')}\n`;
}

/** The verdict, what to do next, and what may confound it. */
export function verdictLines(
  comparison: Comparison,
  advice: readonly string[] = [],
): readonly string[] {
  return [
    ...wrapText(verdictSentence(comparison)),
    ...advice.flatMap((line) => wrapText(line)),
    ...wrapText(verdictBasis(comparison), '  '),
    ...(comparison.reconciliation === null ? [] : wrapText(comparison.reconciliation)),
    ...configurationLines(comparison),
    ...(comparison.source.local ? wrapText(LOCAL_LABEL) : []),
  ];
}

export function warningLines({ warnings }: Pick<Comparison, 'warnings'>): readonly string[] {
  if (warnings.length === 0) return ['No warnings.'];
  return [
    'WARNINGS',
    ...warnings.flatMap((warning) => [
      ...wrapText(`! ${titleOf(warning.id)}: ${warning.finding}`, '    ', ''),
      ...wrapText(warning.advice, '    '),
    ]),
  ];
}

function configurationLines(comparison: Comparison): readonly string[] {
  if (isOneSided(comparison)) {
    return ['Configuration: not compared, because one of the cohorts has no traces.'];
  }
  const { configuration, cohorts } = comparison;
  const describe = ({ key, a, b }: ConfigurationDifference) =>
    `${key}: ${a} in ${cohorts.a.label}, ${b} in ${cohorts.b.label}`;
  const { chosen, statedOnce, byNature } = groupDifferences(configuration);
  return [
    ...(chosen.length === 0
      ? ['Configuration: the spans state no difference.']
      : [
          'CONFIGURATION DIFFERS, the likeliest confounder of this verdict:',
          ...chosen.flatMap((difference) => wrapText(describe(difference), '    ', '  ')),
        ]),
    ...statedOnce.flatMap((difference) =>
      wrapText(`May differ, stated on one side only: ${describe(difference)}`, '    ', ''),
    ),
    ...byNature.flatMap((difference) =>
      wrapText(`Inherent to the platforms: ${describe(difference)}`, '    ', ''),
    ),
  ];
}

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
const COHORT_COLUMNS = 36;

/** Nothing is cut: two labels or filters may differ in their middle. */
function besideLines(name: string, ofA: string, ofB: string): readonly string[] {
  const [a, b] = [foldColumns(ofA, COHORT_COLUMNS), foldColumns(ofB, COHORT_COLUMNS)];
  return Array.from({ length: Math.max(a.length, b.length) }, (_, row) => {
    const start = row === 0 ? name : '';
    const left = padColumns(a[row] ?? '', COHORT_COLUMNS);
    return `${start.padEnd(NAME_COLUMNS)}${left}  ${b[row] ?? ''}`.trimEnd();
  });
}

function cohortLines(comparison: Comparison): readonly string[] {
  const { a, b } = comparison.cohorts;
  const counts = comparison.profile === 'general' ? COUNTS_OF_ANY : OWN_COUNTS;
  return [
    ...besideLines('COHORTS', a.label, b.label),
    ...besideLines('filter', a.filter, b.filter),
    ...counts.flatMap(([name, of]) => besideLines(name, of(a), of(b))),
    ...(a.shed + b.shed === 0
      ? []
      : besideLines('shed, no trace', atLeast(a.shed), atLeast(b.shed))),
    ...(a.impossible + b.impossible === 0
      ? []
      : besideLines('impossible times', String(a.impossible), String(b.impossible))),
    ...(a.impossibleDelay + b.impossibleDelay === 0
      ? []
      : besideLines('impossible delays', `${a.impossibleDelay}`, `${b.impossibleDelay}`)),
    ...[
      ...[readFrom(comparison), ...leftOut(comparison)],
      ...[...foldedText(comparison.foldedNames), ...readNotes(comparison)],
    ].flatMap((sentence) => wrapText(sentence)),
  ];
}
