import {
  columnsOf,
  fitColumns,
  formatFigure,
  padColumnsStart,
  TEXT_COLUMNS,
  wrapText,
} from '../../cli/format.ts';
import type { Comparison } from '../result/comparison.ts';
import type { Estimate } from '../statistics/estimate.ts';
import type { Hop } from '../statistics/hop.ts';
import { legendOf } from './legend.ts';
import { failureLines } from './render-failures.ts';
import { joinBlocks, verdictLines, warningLines } from './render-text.ts';
import { hopVerdictWord, notCompared, notComparedText } from './wording.ts';

type Labels = Readonly<{ a: string; b: string }>;

const NAME_WIDTH = 31;
const DIFFERENCE_WIDTH = 22;

/**
 * The comparison on one screen: verdict, what may confound it, a line for each hop of warm requests,
 * warnings. `advice`: what to do next, right below the verdict.
 */
export function renderBrief(
  comparison: Comparison,
  advice: readonly string[] = [],
  width = TEXT_COLUMNS,
): string {
  return joinBlocks([
    verdictLines(comparison, advice, width),
    failureLines(comparison, width),
    hopLines(comparison, width),
    warningLines(comparison, width),
  ]);
}

function hopLines(comparison: Comparison, width: number): readonly string[] {
  const { hops, cohorts } = comparison;
  const lacking = notCompared(comparison, 'warm');
  const labels = { a: cohorts.a.label, b: cohorts.b.label };
  const warm = hops.filter(({ stratum }) => stratum === 'warm');
  if (warm.length === 0) return [];
  const cellsOf = (hop: Hop): Cells => [
    `${' '.repeat(Math.min(hop.depth, 10))}${hop.service} ${hop.name}`,
    hop.measure,
    formatFigure(hop.a?.selfP50Ms ?? null),
    formatFigure(hop.b?.selfP50Ms ?? null),
    hop.verdict === 'not-enough-data' ? '–' : differenceFigures(hop.differenceMs),
    hopVerdictWord(hop, labels, lacking),
  ];
  const inTable = () => [
    columns(['HOPS, warm, median, ms', '', labels.a, labels.b, 'difference (interval)', 'verdict']),
    ...warm.map((hop) => columns(cellsOf(hop))),
  ];
  return [
    ...(width < TEXT_COLUMNS
      ? [
          'HOPS, warm, median, ms',
          ...warm.flatMap((hop) => inSentence(cellsOf(hop), labels, width)),
        ]
      : inTable()),
    ...warm.flatMap(({ service, name, remark }) =>
      remark === null ? [] : wrapText(`! ${service} ${name}: ${remark}.`, '    ', '', width),
    ),
    ...[...notComparedText(labels, lacking, 'warm'), ...legendOf(labels, comparison)].flatMap(
      (line) => wrapText(line, '', '', width),
    ),
  ];
}

type Cells = readonly [
  ...[name: string, measure: string, a: string, b: string],
  ...[difference: string, verdict: string],
];

/** A narrow terminal has no room for the table. */
function inSentence(cells: Cells, labels: Labels, width: number): readonly string[] {
  const [name, measure, a, b, difference, verdict] = cells;
  const indent = ' '.repeat(name.length - name.trimStart().length);
  const sides = `${labels.a} ${a}, ${labels.b} ${b}`;
  const known = difference === '–' ? '' : `, difference ${difference}`;
  const sentence = `${name.trimStart()}, ${measure}: ${sides}${known}; ${verdict}`;
  return wrapText(sentence, `${indent}    `, indent, width);
}

function columns(cells: Cells): string {
  const [name, measure, a, b, difference, verdict] = cells;
  const figures = [a, b].map((figure) =>
    padColumnsStart(fitColumns(figure, Math.min(columnsOf(figure), 9)), 10),
  );
  return fitColumns(
    `${fitColumns(name, NAME_WIDTH)} ${measure.padEnd(4)}${figures.join('')}` +
      `  ${difference.padEnd(DIFFERENCE_WIDTH)}  ${verdict}`,
    TEXT_COLUMNS,
  ).trimEnd();
}

/** `+1.75 (+0.85 to +2.65)`, in the milliseconds that the head names. */
function differenceFigures({ p50, low, high }: Estimate): string {
  if (p50 === null) return '–';
  if (low === null || high === null) return signed(p50);
  return `${signed(p50)} (${signed(low)} to ${signed(high)})`;
}

function signed(ms: number): string {
  const figure = formatFigure(Math.abs(ms));
  if (Number(figure) === 0) return figure;
  return `${ms > 0 ? '+' : '-'}${figure}`;
}
