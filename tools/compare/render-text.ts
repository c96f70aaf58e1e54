import type {
  CohortSummary,
  Comparison,
  ConfigurationDifference,
  CriticalPath,
  GapSplit,
  Hop,
  HopQuantiles,
  Quantiles,
  Stratum,
} from './comparison.ts';
import { fitColumns, formatFigure, formatPercent, TEXT_COLUMNS, wrapText } from './format.ts';
import {
  differenceText,
  LOCAL_LABEL,
  leftOut,
  legendOf,
  ratioText,
  readFrom,
  testedText,
  verdictBasis,
  verdictSentence,
  verdictWord,
} from './wording.ts';

const NAME_WIDTH = 34;

/** The comparison for a terminal: verdict, what threatens it, hops, warnings; at most 100 columns. */
export function renderText(comparison: Comparison): string {
  const { cohorts, hops, methods } = comparison;
  return joinBlocks([
    verdictLines(comparison),
    cohortLines(comparison),
    hopLines(comparison, 'warm'),
    hopLines(comparison, 'cold'),
    hops.length === 0
      ? []
      : [...legendOf(cohorts.a.label, cohorts.b.label), PATH_LEGEND].flatMap((line) =>
          wrapText(line),
        ),
    warningLines(comparison),
    ['METHOD', ...methods.flatMap((method) => wrapText(method, '    ', '  '))],
  ]);
}

const PATH_LEGEND =
  '×: ratio. path: what the hop adds to the time that the caller waits (critical path), at the ' +
  'median and at p95. Indented: called by the line above.';

/** Blocks of lines with a blank line between them; empty ones are left out. */
export function joinBlocks(blocks: readonly (readonly string[])[]): string {
  const text = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'));
  return `${text.join('\n\n')}\n`;
}

/** The verdict, what to do next, and what threatens it. */
export function verdictLines(
  comparison: Comparison,
  advice: readonly string[] = [],
): readonly string[] {
  return [
    ...wrapText(verdictSentence(comparison)),
    ...advice.flatMap((line) => wrapText(line)),
    ...wrapText(verdictBasis(comparison), '  '),
    ...configurationLines(comparison),
    ...(comparison.source.local ? wrapText(LOCAL_LABEL) : []),
  ];
}

export function warningLines({ warnings }: Comparison): readonly string[] {
  if (warnings.length === 0) return ['No warnings.'];
  return [
    'WARNINGS',
    ...warnings.flatMap((warning) => [
      ...wrapText(`! ${warning.id}: ${warning.finding}`, '    ', ''),
      ...wrapText(warning.advice, '    '),
    ]),
  ];
}

function configurationLines({ configuration, cohorts }: Comparison): readonly string[] {
  const describe = ({ key, a, b }: ConfigurationDifference) =>
    `${key}: ${a} in ${cohorts.a.label}, ${b} in ${cohorts.b.label}`;
  const chosen = configuration.filter(({ byNature }) => byNature !== true);
  const byNature = configuration.filter((difference) => difference.byNature === true);
  return [
    ...(chosen.length === 0
      ? ['Configuration: no difference in what the spans state.']
      : [
          'CONFIGURATION DIFFERS, the first threat to this verdict:',
          ...chosen.flatMap((difference) => wrapText(describe(difference), '    ', '  ')),
        ]),
    ...byNature.flatMap((difference) =>
      wrapText(`By nature of the platforms: ${describe(difference)}`, '    ', ''),
    ),
  ];
}

const COUNTS: readonly (readonly [string, (cohort: CohortSummary) => string])[] = [
  ['requests traced', ({ traces, expectedRequests }) => `${traces} of ${expectedRequests}`],
  ['runs', ({ runs }) => String(runs)],
  ['whole traces', ({ whole, rates }) => `${whole} (${share(rates.whole)})`],
  ['errors', ({ errors, rates }) => `${errors} (${share(rates.error)})`],
  ['wrong counts', ({ wrongCounts, rates }) => `${wrongCounts} (${share(rates.wrongCount)})`],
  ['cold requests', ({ cold }) => String(cold)],
  ["front end's span stored", ({ frontEndStored }) => String(frontEndStored)],
  ['start delay p95, ms', ({ startDelayP95Ms }) => formatFigure(startDelayP95Ms)],
  ['warm p50/p90/p95/p99, ms', ({ latency }) => quantileText(latency.warm)],
  ['cold p50/p90/p95/p99, ms', ({ latency }) => quantileText(latency.cold)],
];

const share = (rate: number | null) => (rate === null ? '–' : formatPercent(rate));

function quantileText(quantiles: Quantiles | null): string {
  if (quantiles === null) return '–';
  const { p50Ms, p90Ms, p95Ms, p99Ms } = quantiles;
  return [p50Ms, p90Ms, p95Ms, p99Ms].map(formatFigure).join(' / ');
}

function cohortLines(comparison: Comparison): readonly string[] {
  const { a, b } = comparison.cohorts;
  const line = (name: string, ofA: string, ofB: string) =>
    `${name.padEnd(28)}${fitColumns(ofA, 34)}  ${fitColumns(ofB, 34)}`.trimEnd();
  return [
    line('COHORTS', a.label, b.label),
    line('filter', a.filter, b.filter),
    ...COUNTS.map(([name, of]) => line(name, of(a), of(b))),
    ...[readFrom(comparison), ...leftOut(comparison)].flatMap((sentence) => wrapText(sentence)),
  ];
}

function hopLines({ hops, cohorts }: Comparison, stratum: Stratum): readonly string[] {
  const rows = hops.filter((hop) => hop.stratum === stratum);
  if (rows.length === 0) return [];
  const head = columns(`HOPS, ${stratum}, ms`, {
    n: 'n',
    figures: ['p50', 'p90', 'p95', 'p99', 'self', 'self'],
    path: ['path', 'path'],
  });
  const subhead = columns('', {
    n: '',
    figures: ['', '', '', '', 'p50', 'p95'],
    path: ['p50', 'p95'],
  });
  return [
    head,
    subhead,
    ...rows.flatMap((hop) => [
      hopTitle(hop),
      ...verdictLinesOf(hop, cohorts),
      ...sideLines(hop, 'a', cohorts.a.label),
      ...sideLines(hop, 'b', cohorts.b.label),
    ]),
  ];
}

const indentOf = ({ depth }: Hop) => ' '.repeat(Math.min(depth, 10));

function hopTitle(hop: Hop): string {
  const many = hop.maxSiblings > 1 ? ` (up to ${hop.maxSiblings} together)` : '';
  const what = hop.measure === 'gap' ? ' → network + platform' : '';
  return fitColumns(
    `${indentOf(hop)}${hop.service} ${hop.name}${what}${many}`,
    TEXT_COLUMNS,
  ).trimEnd();
}

function verdictLinesOf(hop: Hop, { a, b }: Comparison['cohorts']): readonly string[] {
  const word = verdictWord(hop.verdict, { a: a.label, b: b.label });
  const known = hop.differenceMs.p50 !== null;
  const ratio = hop.ratio.p50 === null ? '' : `, × ${ratioText(hop.ratio)}`;
  const figures = known ? `: ${differenceText(hop.differenceMs)}${ratio}` : '';
  const tested = known ? testedText(hop) : '';
  const text = [`${hop.measure} ${word}${figures}`, tested, hop.remark ?? ''];
  const indent = indentOf(hop);
  return wrapText(text.filter((part) => part !== '').join('; '), `${indent}    `, `${indent}  `);
}

function sideLines(hop: Hop, side: 'a' | 'b', label: string): readonly string[] {
  const quantiles: HopQuantiles | null = hop[side];
  if (quantiles === null) return [];
  const { n, p50Ms, p90Ms, p95Ms, p99Ms, selfP50Ms, selfP95Ms } = quantiles;
  const path: CriticalPath | null = hop.criticalPath[side];
  const line = columns(`${indentOf(hop)}  ${label}`, {
    n: String(n),
    figures: [p50Ms, p90Ms, p95Ms, p99Ms, selfP50Ms, selfP95Ms].map(formatFigure),
    path: path === null ? ['', ''] : [share(path.medianShare), share(path.p95Share)],
  });
  const split = hop.split?.[side] ?? null;
  return split === null ? [line] : [line, `${indentOf(hop)}    ${splitText(split)}`];
}

/** Both kinds occur in one cohort: the front end stores its span or does not. */
function splitText({ measured, inferred, networkP50Ms, platformP50Ms }: GapSplit): string {
  if (measured === 0) return `gap inferred in all ${inferred}: network and platform as one sum`;
  return `network ${formatFigure(networkP50Ms)}, platform ${formatFigure(platformP50Ms)} measured in ${measured}, inferred in ${inferred}`;
}

function columns(
  name: string,
  rest: { n: string; figures: readonly string[]; path: readonly string[] },
): string {
  const cells = rest.figures.map((figure) => figure.padStart(7)).join('');
  const path = rest.path.map((cell) => cell.padStart(8)).join('');
  return `${fitColumns(name, NAME_WIDTH)}${rest.n.padStart(6)}${cells}${path}`.trimEnd();
}
