import { counted, fitColumns, formatMs, padColumnsStart } from '../../cli/format.ts';
import type { Total } from '../../traces/sources/bigquery/totals.ts';
import type { Comparison } from '../result/comparison.ts';

const MOST_ROWS = 20;
const NAME_COLUMNS = 44;

/** Every span of the window by service and name, read or not; nothing where nobody counted them. */
export function totalLines({ totals = [] }: Pick<Comparison, 'totals'>): readonly string[] {
  if (totals.length === 0) return [];
  const rest = totals.length - MOST_ROWS;
  return [
    'TOTALS OF THE WINDOW, both cohorts and every other trace; quantiles are approximate',
    `  ${fitColumns('service:name', NAME_COLUMNS)}${HEADINGS.map(cell).join('')}`,
    ...totals.slice(0, MOST_ROWS).map(rowOf),
    ...(rest > 0 ? [`  and ${counted(rest, 'name')} more; --json has all of them`] : []),
  ];
}

const HEADINGS = ['spans', 'errors', 'orphans', 'p50', 'p95', 'p99'];

const cell = (text: string): string => padColumnsStart(text, 9);

const rowOf = ({ service, name, spans, errors, orphans, p50Ms, p95Ms, p99Ms }: Total): string => {
  const counts = [spans, errors, orphans].map((count) => String(count));
  const quantiles = [p50Ms, p95Ms, p99Ms].map((ms) => (ms === null ? '–' : formatMs(ms)));
  const label = fitColumns(`${service === '' ? '(none)' : service}:${name}`, NAME_COLUMNS);
  return `  ${label}${[...counts, ...quantiles].map(cell).join('')}`;
};
