import { fitColumns, formatFigure, TEXT_COLUMNS, wrapText } from '../../cli/format.ts';
import type { Comparison } from '../result/comparison.ts';
import type { Estimate } from '../statistics/estimate.ts';
import type { Tail } from '../statistics/tails.ts';
import { ratioText } from './wording.ts';

const NAME_COLUMNS = 10;
const SIDE_COLUMNS = 25;
/** Narrower, a table would cut its figures. */
const FEWEST_FOR_TABLE = 80;

export const tailsLegend = ({ overall }: Pick<Comparison, 'overall'>): string =>
  `Each side's own quantile of the verdict's requests, with its 95 % interval (bootstrap over ${overall.windows === null ? 'runs' : 'windows'}). The ratio is that of the quantiles, not of pairs.`;

/** Median, p95 and p99 of both sides; nothing where no request counts. */
export function tailLines(comparison: Comparison, width = TEXT_COLUMNS): readonly string[] {
  const { tails, cohorts } = comparison;
  if (hasNoTails(tails)) return [];
  const notes = tailNotes(tails).flatMap((line) => wrapText(line, '', '', width));
  // A table without one figure would only repeat these lines.
  if (hasNoEstimate(tails)) return ['TAILS', ...notes];
  const { a, b } = cohorts;
  const rows = tails.map((tail): Row => {
    const figures = { a: tailFigure(tail.a), b: tailFigure(tail.b), ratio: ratioText(tail.ratio) };
    return { name: tailName(tail), ...figures };
  });
  const inSentences = () =>
    rows.flatMap(({ name, ...of }) =>
      wrapText(
        `${name}: ${a.label} ${of.a}, ${b.label} ${of.b}, ratio ${of.ratio}`,
        '    ',
        '',
        width,
      ),
    );
  const inTable = () => [
    columns({ name: 'TAILS, ms', a: a.label, b: b.label, ratio: 'ratio' }),
    ...rows.map(columns),
  ];
  return [
    ...(width < FEWEST_FOR_TABLE ? ['TAILS, ms', ...inSentences()] : inTable()),
    ...notes,
    ...wrapText(tailsLegend(comparison), '', '', width),
  ];
}

type Row = Readonly<{ name: string; a: string; b: string; ratio: string }>;

const columns = ({ name, a, b, ratio }: Row): string =>
  [
    name.padEnd(NAME_COLUMNS),
    `${fitColumns(a, SIDE_COLUMNS - 1)} `,
    `${fitColumns(b, SIDE_COLUMNS - 1)} `,
    ratio,
  ]
    .join('')
    .trimEnd();

/** Whether no request counts. */
export const hasNoTails = (tails: readonly Tail[]): boolean =>
  tails.every(({ a, b }) => a.p50 === null && b.p50 === null);

/** Whether a table would have no figure. */
export const hasNoEstimate = (tails: readonly Tail[]): boolean =>
  tails.every(({ a, b }) => a.low === null && b.low === null);

export const tailName = ({ quantile }: Tail): string =>
  quantile === 0.5 ? 'median' : `p${Number((quantile * 100).toFixed(1))}`;

/** Why a quantile has no interval, a sentence for each. */
export const tailNotes = (tails: readonly Tail[]): readonly string[] =>
  tails.flatMap((tail) => {
    const { reason, a } = tail;
    if (reason === null) return [];
    return [`${tailName(tail)} ${a.low === null ? 'not estimable' : 'not compared'}: ${reason}.`];
  });

/** A quantile with its interval. Without one it is not estimable, and a figure would look like one that is. */
export function tailFigure({ p50, low, high }: Estimate): string {
  if (low === null || high === null) return formatFigure(null);
  return `${formatFigure(p50)} (${formatFigure(low)} to ${formatFigure(high)})`;
}
