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
  { head: 'note', cell: ({ requests }) => requests.note ?? '–' },
  { head: 'calls a request', cell: ({ calls }) => callsOf(calls) },
  { head: 'attempts', cell: ({ attempts }) => `${attempts}` },
  { head: 'MB', cell: ({ vitals }) => each(vitals, ({ peakMb }) => peakMb?.toString()) },
  {
    head: 'descriptors warm→over',
    cell: ({ descriptors }) =>
      descriptors.map(({ warm, over }) => `${warm}→${over}`).join(' / ') || '–',
  },
  {
    head: 'descriptors first→most→last',
    cell: ({ vitals }) => each(vitals, (of) => descriptorsOf(of.descriptors)),
  },
];

/** For a document: one line a row. */
export function renderMarkdown(results: readonly Result[]): string {
  const lines = results.map((result) => COLUMNS.map(({ cell }) => cell(result)));
  const [head = '', ...body] = [COLUMNS.map(({ head }) => head), ...lines].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
  return [head, `|${'---|'.repeat(COLUMNS.length)}`, ...body].join('\n');
}

/** For a terminal: a paragraph a row, each figure under its name. */
export function renderText(results: readonly Result[]): string {
  return results
    .map((result) => {
      const [name = '', ...figures] = COLUMNS.map(({ head, cell }, at) =>
        at === 0 ? cell(result) : `${head} ${cell(result)}`,
      );
      return [name, ...wrap(figures)].join('\n');
    })
    .join('\n\n');
}

const WIDTH = 100;

function wrap(figures: readonly string[]): string[] {
  const lines: string[] = [];
  for (const figure of figures) {
    const last = lines.at(-1);
    const joined = `${last} · ${figure}`;
    if (last === undefined || joined.length > WIDTH) lines.push(`    ${figure}`);
    else lines[lines.length - 1] = joined;
  }
  return lines;
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
