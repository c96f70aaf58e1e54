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
import type { HopCost } from '../result/cost.ts';
import type { GapSplit, Hop, HopQuantiles } from '../statistics/hop.ts';
import { costIn, costText, notableCostOf } from './cost-words.ts';
import { gapPlaces, SPAN_EXTENT } from './legend.ts';
import {
  differenceText,
  hopExtent,
  hopVerdictWord,
  notCompared,
  notComparedText,
  ratioText,
  testedText,
} from './wording.ts';

/** Figures of a side: their number, six quantiles, and two shares where there is room. */
const FIGURES_WIDTH = 48;
const PATH_WIDTH = 16;
const FEWEST_WITH_PATH = 98;

/** What the signs of the table mean, as far as so many columns show them. */
export const signLegend = (width: number): string =>
  [
    `p50 to p99: ${SPAN_EXTENT}.`,
    '×: ratio.',
    ...(width < FEWEST_WITH_PATH
      ? []
      : [
          'path: what the hop adds to the time that the caller waits (critical path), at the median and at p95.',
        ]),
    'Indented: called by the line above.',
  ].join(' ');

/** Of each hop of a stratum its verdict and both sides' figures; nothing where there is no hop. */
export function hopLines(
  comparison: Comparison,
  stratum: Stratum,
  width = TEXT_COLUMNS,
): readonly string[] {
  const { hops, cohorts } = comparison;
  const labels = { a: cohorts.a.label, b: cohorts.b.label };
  const lacking = notCompared(comparison, stratum);
  const rows = hops.filter((hop) => hop.stratum === stratum);
  if (rows.length === 0) return [];
  const columns = columnsOf(width);
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
      hopTitle(hop, width),
      ...verdictLinesOf(hop, {
        word: hopVerdictWord(hop, labels, lacking),
        cost: notableCostOf(costIn(comparison), hop),
        width,
      }),
      ...sideLines(hop, 'a', { label: cohorts.a.label, columns, width }),
      ...sideLines(hop, 'b', { label: cohorts.b.label, columns, width }),
    ]),
    ...notComparedText(labels, lacking, stratum).flatMap((line) => wrapText(line, '', '', width)),
  ];
}

const indentOf = ({ depth }: Hop) => ' '.repeat(Math.min(depth, 10));

function hopTitle(hop: Hop, width: number): string {
  const extent = hopExtent(hop);
  const many = extent.length === 0 ? '' : ` (${extent.join(', ')})`;
  const what = hop.measure === 'gap' ? ` → ${gapPlaces(hop)}` : '';
  return fitColumns(`${indentOf(hop)}${hop.service} ${hop.name}${what}${many}`, width).trimEnd();
}

function verdictLinesOf(
  hop: Hop,
  { word, cost, width }: Readonly<{ word: string; cost: HopCost | null; width: number }>,
): readonly string[] {
  const known = hop.verdict !== 'not-enough-data' && hop.differenceMs.p50 !== null;
  const ratio = hop.ratio.p50 === null ? '' : `, × ${ratioText(hop.ratio)}`;
  const figures = known ? `: ${differenceText(hop.differenceMs)}${ratio}` : '';
  const tested = known ? testedText(hop) : '';
  const waiting = cost === null ? '' : costText(cost);
  const text = [`${hop.measure} ${word}${figures}`, waiting, tested, hop.remark ?? ''];
  const indent = indentOf(hop);
  const sentence = text.filter((part) => part !== '').join('; ');
  return wrapText(sentence, `${indent}    `, `${indent}  `, width);
}

function sideLines(
  hop: Hop,
  side: 'a' | 'b',
  { label, columns, width }: Readonly<{ label: string; columns: Columns; width: number }>,
): readonly string[] {
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
  const indent = `${indentOf(hop)}    `;
  return [line, ...(split === null ? [] : wrapText(splitText(split), indent, indent, width))];
}

/** Both kinds occur in one cohort: the front end stores its span or does not. */
function splitText({ measured, inferred, networkP50Ms, platformP50Ms }: GapSplit): string {
  if (measured === 0) return `gap inferred in all ${inferred}: network and platform as one sum`;
  return `network ${formatFigure(networkP50Ms)}, platform ${formatFigure(platformP50Ms)} measured in ${measured}, inferred in ${inferred}`;
}

type Columns = (
  name: string,
  rest: Readonly<{ n: string; figures: readonly string[]; path: readonly string[] }>,
) => string;

/** A narrow terminal has no room for the critical path; the page and JSON have it. */
function columnsOf(width: number): Columns {
  const hasPath = width >= FEWEST_WITH_PATH;
  const nameWidth = width - 2 - FIGURES_WIDTH - (hasPath ? PATH_WIDTH : 0);
  return (name, { n, figures, path }) => {
    const cells = figures.map((figure) => figure.padStart(7)).join('');
    const shares = hasPath ? path.map((cell) => cell.padStart(8)).join('') : '';
    return `${fitColumns(name, nameWidth)}${n.padStart(6)}${cells}${shares}`.trimEnd();
  };
}
