import { spawnSync } from 'node:child_process';
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
  --row NAME       only the rows whose name contains this text
  --list           the names of the rows
  --json FILE      also writes the results as JSON
  --markdown FILE  also writes the table as Markdown
  --help           this text
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: process.env.FAULTS === 'full' },
    row: { type: 'string' },
    list: { type: 'boolean' },
    json: { type: 'string' },
    markdown: { type: 'string' },
    help: { type: 'boolean' },
  },
});

/** Rows that wait more than they work, so that many of them share two cores. */
const WAITING = /\/rows\/long\//;
const ROWS = /\/rows\//;

const files = positionals
  .flatMap((pattern) => globSync(pattern))
  .filter((file) => values.full || !WAITING.test(file))
  .toSorted();

if (values.help) process.stdout.write(HELP);
else if (values.list)
  process.stdout.write(`${(await namedRows('')).flatMap(({ names }) => names).join('\n')}\n`);
else process.exitCode = await run();

/** The rows of a file: it only names them where FAULTS_LIST is set. */
async function rowsOf(file: string): Promise<readonly string[]> {
  const before = listedRows.length;
  await import(join(process.cwd(), file));
  return listedRows.slice(before);
}

/** The files that hold a row whose name contains the text. */
async function namedRows(text: string): Promise<readonly { file: string; names: string[] }[]> {
  process.env.FAULTS_LIST = 'yes';
  const found = [];
  for (const file of files.filter((each) => ROWS.test(each))) {
    const names = (await rowsOf(file)).filter((name) => name.includes(text));
    if (names.length > 0) found.push({ file, names });
  }
  return found;
}

async function run(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  const resultsFile = join(folder, 'results.jsonl');
  const env = childEnvironment({
    FAULTS_LIST: '',
    FAULTS: values.full ? 'full' : 'quick',
    FAULTS_RESULTS: resultsFile,
  });
  const { row } = values;
  const named = row === undefined ? [] : [`--test-name-pattern=${asPattern(row)}`];
  const chosen = row === undefined ? files : (await namedRows(row)).map(({ file }) => file);
  if (chosen.length === 0) {
    process.stderr.write(`no row is named like ${JSON.stringify(row)}; see --list\n`);
    return 2;
  }
  try {
    let code = 0;
    for (const { group, atATime } of [
      { group: chosen.filter((file) => !WAITING.test(file)), atATime: 4 },
      { group: chosen.filter((file) => WAITING.test(file)), atATime: 12 },
    ]) {
      if (group.length === 0) continue;
      const options = [
        '--test',
        `--test-concurrency=${atATime}`,
        '--test-timeout=1500000',
        ...named,
      ];
      const { status } = spawnSync(process.execPath, [...options, ...group], {
        env,
        stdio: 'inherit',
      });
      code = Math.max(code, status ?? 1);
    }
    write(existsSync(resultsFile) ? readFileSync(resultsFile, 'utf8') : '');
    return code;
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
