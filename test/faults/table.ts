import type { Result } from './result.ts';
import type { Descriptors, Vitals } from './vitals.ts';

type Column = Readonly<{ head: string; cell(result: Result): string }>;

const COLUMNS: readonly Column[] = [
  { head: 'fault', cell: ({ name }) => name },
  { head: 'load', cell: ({ load }) => load },
  { head: 'ok', cell: ({ requests }) => `${requests.ok}` },
  { head: 'documented', cell: ({ documented }) => `${documented}` },
  {
    head: 'otherwise',
    cell: ({ requests, documented }) => `${sum(Object.values(requests.failed)) - documented}`,
  },
  { head: 'wrong', cell: ({ requests }) => `${requests.wrong}` },
  { head: 'started', cell: ({ total }) => `${total.started}` },
  { head: 'stored', cell: ({ total }) => `${total.stored}` },
  { head: 'shed', cell: ({ total }) => `${total.shed}` },
  { head: 'lost', cell: ({ total }) => `${total.lost}${reasonsOf(total.reasons)}` },
  { head: 'unknown', cell: ({ total }) => `${total.unknown}` },
  { head: 'in store', cell: ({ total }) => `${total.held}` },
  { head: 'copies', cell: ({ copies }) => `${copies}` },
  { head: 'complete', cell: ({ complete }) => `${complete}` },
  { head: 'broken', cell: ({ broken }) => `${broken}` },
  { head: 'stored again', cell: ({ recoveryMs }) => seconds(recoveryMs) },
  { head: 'caught up', cell: ({ caughtUpMs }) => seconds(caughtUpMs) },
  {
    head: 'p99',
    cell: ({ requests }) => (requests.p99Ms ? `${Math.round(requests.p99Ms)} ms` : '–'),
  },
  { head: 'calls a request', cell: ({ calls }) => callsOf(calls) },
  { head: 'MB', cell: ({ vitals }) => each(vitals, ({ peakMb }) => peakMb?.toString()) },
  {
    head: 'descriptors',
    cell: ({ vitals }) => each(vitals, (of) => descriptorsOf(of.descriptors)),
  },
];

/** `text` for a terminal, aligned; `markdown` for a document. */
export function renderTable(results: readonly Result[], form: 'text' | 'markdown'): string {
  const rows = [
    COLUMNS.map(({ head }) => head),
    ...results.map((result) => COLUMNS.map(({ cell }) => cell(result))),
  ];
  const widths = COLUMNS.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  if (form === 'text') {
    const align = (cell: string, at: number) => cell.padEnd(widths[at] ?? 0);
    return rows.map((row) => row.map(align).join('  ').trimEnd()).join('\n');
  }
  const [head = [], ...body] = rows.map((row) => `| ${row.join(' | ')} |`);
  return [head, `|${'---|'.repeat(COLUMNS.length)}`, ...body].join('\n');
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

const seconds = (ms: number | undefined) =>
  ms === undefined ? '–' : `${(ms / 1_000).toFixed(1)} s`;

function reasonsOf(reasons: Readonly<Record<string, number>>): string {
  const given = Object.entries(reasons).filter(([, count]) => count > 0);
  return given.length === 0
    ? ''
    : ` (${given.map(([name, count]) => `${name} ${count}`).join(', ')})`;
}

const callsOf = (calls: Readonly<Record<string, number>>) =>
  Object.entries(calls)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

/** loadgen / client / server, and the processes that came after. */
const each = (vitals: Result['vitals'], figure: (of: Vitals) => string | undefined) =>
  Object.values(vitals)
    .map((of) => figure(of) ?? 'not measured')
    .join(' / ');

const descriptorsOf = (of: Descriptors | undefined) => of && `${of.first}→${of.most}→${of.last}`;
