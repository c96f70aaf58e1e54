import {
  counted,
  fitColumns,
  formatMs,
  padColumnsStart,
  TEXT_COLUMNS,
  wrapText,
} from '../../cli/format.ts';
import type { Total } from '../../traces/sources/bigquery/totals.ts';
import type { Comparison } from '../result/comparison.ts';

const MOST_ROWS = 20;

/** Every span of the window by service and name, read or not; nothing where nobody counted them. */
export function totalLines(
  { totals = [] }: Pick<Comparison, 'totals'>,
  width = TEXT_COLUMNS,
): readonly string[] {
  const nameColumns = width - 2 - HEADINGS.length * CELL_COLUMNS;
  if (totals.length === 0) return [];
  const rest = totals.length - MOST_ROWS;
  return [
    ...wrapText(TITLE, '', '', width),
    `  ${fitColumns('service:name', nameColumns)}${HEADINGS.map(cell).join('')}`,
    ...totals.slice(0, MOST_ROWS).map((total) => rowOf(total, nameColumns)),
    ...(rest > 0 ? [`  and ${counted(rest, 'name')} more; --json has all of them`] : []),
  ];
}

const TITLE = 'TOTALS OF THE WINDOW, both cohorts and every other trace; quantiles are approximate';
const HEADINGS = ['spans', 'errors', 'orphans', 'p50', 'p95', 'p99'];

const CELL_COLUMNS = 9;
const cell = (text: string): string => padColumnsStart(text, CELL_COLUMNS);

/** `service:name`; of spans that name no service `(none):name`. */
export const nameOfTotal = ({ service, name }: Total): string =>
  `${service === '' ? '(none)' : service}:${name}`;

function rowOf(total: Total, nameColumns: number): string {
  const { spans, errors, orphans, p50Ms, p95Ms, p99Ms } = total;
  const counts = [spans, errors, orphans].map((count) => String(count));
  const quantiles = [p50Ms, p95Ms, p99Ms].map((ms) => (ms === null ? '–' : formatMs(ms)));
  const label = fitColumns(nameOfTotal(total), nameColumns);
  return `  ${label}${[...counts, ...quantiles].map(cell).join('')}`;
}
