import {
  fitColumns,
  formatFigure,
  formatPercent,
  TEXT_COLUMNS,
  wrapText,
} from '../../cli/format.ts';
import type { CriticalPath } from '../cohorts/critical-path.ts';
import type { Stratum } from '../cohorts/request-record.ts';
import type { Comparison } from '../result/comparison.ts';
import type { GapSplit, Hop, HopQuantiles } from '../statistics/hop.ts';
import {
  differenceText,
  hopExtent,
  hopVerdictWord,
  notCompared,
  notComparedText,
  ratioText,
  testedText,
} from './wording.ts';

const NAME_WIDTH = 34;

export const PATH_LEGEND =
  '×: ratio. path: what the hop adds to the time that the caller waits (critical path), at the ' +
  'median and at p95. Indented: called by the line above.';

/** Of each hop of a stratum its verdict and both sides' figures; nothing where there is no hop. */
export function hopLines(comparison: Comparison, stratum: Stratum): readonly string[] {
  const { hops, cohorts } = comparison;
  const labels = { a: cohorts.a.label, b: cohorts.b.label };
  const lacking = notCompared(comparison, stratum);
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
      ...verdictLinesOf(hop, hopVerdictWord(hop, labels, lacking)),
      ...sideLines(hop, 'a', cohorts.a.label),
      ...sideLines(hop, 'b', cohorts.b.label),
    ]),
    ...notComparedText(labels, lacking).flatMap((line) => wrapText(line)),
  ];
}

const indentOf = ({ depth }: Hop) => ' '.repeat(Math.min(depth, 10));

function hopTitle(hop: Hop): string {
  const extent = hopExtent(hop);
  const many = extent.length === 0 ? '' : ` (${extent.join(', ')})`;
  const what = hop.measure === 'gap' ? ' → network + platform' : '';
  return fitColumns(
    `${indentOf(hop)}${hop.service} ${hop.name}${what}${many}`,
    TEXT_COLUMNS,
  ).trimEnd();
}

function verdictLinesOf(hop: Hop, word: string): readonly string[] {
  const known = hop.verdict !== 'not-enough-data' && hop.differenceMs.p50 !== null;
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
    path:
      path === null ? ['', ''] : [formatPercent(path.medianShare), formatPercent(path.p95Share)],
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
