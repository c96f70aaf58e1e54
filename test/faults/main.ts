import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { childEnvironment } from '../run-to-end.ts';
import { listedRows } from './harness.ts';
import type { Result } from './result.ts';
import { renderMarkdown, renderText } from './table.ts';

const HELP = `Usage: npm run test:faults -- [options]

Runs the system under faults, on loopback only, and prints what became of every request and span.

Options:
  --full           the full form: longer faults, the rows that wait, the soak (under 25 minutes)
  --seed N         other fuzzed inputs, or those of a run that failed (an integer)
  --row NAME       only the rows whose name contains this text
  --list           the names of the rows, each with the forms that have it
  --json FILE      also writes the results as JSON
  --markdown FILE  also writes the table as Markdown
  --help           this text
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: process.env.FAULTS === 'full' },
    row: { type: 'string' },
    seed: { type: 'string' },
    list: { type: 'boolean' },
    json: { type: 'string' },
    markdown: { type: 'string' },
    help: { type: 'boolean' },
  },
});

/** Rows that wait more than they work, so that many of them share two cores. */
const WAITING = /\/rows\/long\//;
/** Takes as long as all others together. It finds out what it may take of the machine beside them. */
const SOAK = /\/rows\/long\/soak\./;
const ROWS = /\/rows\//;
/** What `--list` says of a row. */
const FORMS = { both: 'quick and full', quick: 'quick', full: 'full' } as const;

const allFiles = positionals.flatMap((pattern) => globSync(pattern)).toSorted();
const files = allFiles.filter((file) => values.full || !WAITING.test(file));

if (values.help) process.stdout.write(HELP);
else if (values.seed !== undefined && !/^-?\d{1,9}$/.test(values.seed)) {
  process.stderr.write(
    `--seed is ${JSON.stringify(values.seed)}; it must be an integer of up to 9 digits\n`,
  );
  process.exitCode = 2;
} else if (values.list)
  for (const { name, form } of await namedRows(''))
    process.stdout.write(`${FORMS[form].padEnd(15)} ${name}\n`);
else process.exitCode = await run();

type Named = Readonly<{ file: string; name: string; form: keyof typeof FORMS }>;

/** The rows whose name contains the text, of either form. */
async function namedRows(text: string): Promise<readonly Named[]> {
  process.env.FAULTS_LIST = 'yes';
  const found: Named[] = [];
  for (const file of allFiles.filter((each) => ROWS.test(each))) {
    // With FAULTS_LIST set, a file only names its rows.
    await import(join(process.cwd(), file));
    for (const { name, form } of listedRows.splice(0)) {
      if (name.includes(text)) found.push({ file, name, form: WAITING.test(file) ? 'full' : form });
    }
  }
  return found;
}

/** The files to run for `--row`. Undefined where this form has no such row. */
async function filesOf(text: string): Promise<readonly string[] | undefined> {
  const rows = await namedRows(text);
  const other = values.full ? 'quick' : 'full';
  const chosen = new Set(rows.filter(({ form }) => form !== other).map(({ file }) => file));
  if (chosen.size > 0) return [...chosen];
  const advice = other === 'full' ? 'add --full' : 'leave out --full';
  const where = rows.length > 0 ? `only in the ${other} form; ${advice}` : 'none; see --list';
  process.stderr.write(`rows whose name contains ${JSON.stringify(text)}: ${where}\n`);
  return undefined;
}

async function run(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  const resultsFile = join(folder, 'results.jsonl');
  const env = childEnvironment({
    FAULTS_LIST: '',
    FAULTS: values.full ? 'full' : 'quick',
    FAULTS_RESULTS: resultsFile,
    ...(values.seed !== undefined && { FAULTS_SEED: values.seed }),
  });
  const { row } = values;
  const named = row === undefined ? [] : [`--test-name-pattern=${asPattern(row)}`];
  const chosen = row === undefined ? files : await filesOf(row);
  if (!chosen) return 2;
  try {
    const runFiles = async (group: readonly string[], atATime: number): Promise<number> => {
      if (group.length === 0) return 0;
      const limits = [`--test-concurrency=${atATime}`, '--test-timeout=1500000'];
      const args = ['--test', ...limits, ...named, ...group];
      const child = spawn(process.execPath, args, { env, stdio: 'inherit' });
      const [status] = (await once(child, 'exit')) as [number | null];
      return status ?? 1;
    };
    const soak = chosen.filter((file) => SOAK.test(file));
    const waiting = chosen.filter((file) => WAITING.test(file) && !SOAK.test(file));
    const working = chosen.filter((file) => !WAITING.test(file));
    const others = async () => [await runFiles(working, 4), await runFiles(waiting, 12)];
    const [soaked, codes] = await Promise.all([runFiles(soak, 1), others()]);
    write(existsSync(resultsFile) ? readFileSync(resultsFile, 'utf8') : '');
    return Math.max(soaked, ...codes);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function write(lines: string): void {
  const results = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Result)
    .toSorted((a, b) => a.name.localeCompare(b.name));
  process.stdout.write(
    `\n${renderText(results)}\n\n${results.length} ${results.length === 1 ? 'row' : 'rows'}\n`,
  );
  const { json, markdown } = values;
  if (json) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);
  if (markdown) writeFileSync(markdown, `${renderMarkdown(results)}\n`);
}

/** A name is text, and the runner takes an expression. */
function asPattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
