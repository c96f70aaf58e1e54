/**
 * Writes what the codelab shows of the system: runs every command of the sections in order, and puts
 * its output and the line numbers of the links into the text.
 *
 *     node docs/codelab/make.ts            everything; takes some minutes
 *     node docs/codelab/make.ts 03 04      these sections
 *     node docs/codelab/make.ts --links    the line numbers alone
 *
 * The translation in ko/ has the same commands with the same excerpts, and gets the same outputs.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  type Command,
  excerptOf,
  fillExcerpts,
  isLive,
  LIVE_IS_READY,
  readCommands,
  relink,
  withoutNpx,
} from './blocks.ts';

const FOLDER = import.meta.dirname;
const ROOT = join(FOLDER, '../..');
/** They need Google Cloud. */
const NOT_RUN = /^(terraform|gcloud|kubectl) |--project /;

const [...asked] = process.argv.slice(2);
const sections = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));
const isAsked = (name: string) => asked.length === 0 || asked.some((one) => name.startsWith(one));

for (const name of sections.sort()) {
  const files = [FOLDER, join(FOLDER, 'ko')].map((folder) => join(folder, name)).filter(existsSync);
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      relink(text, (path) => readFileSync(join(file, '..', path), 'utf8')),
    );
  }
  if (isAsked(name) && !asked.includes('--links')) await fill(files);
}

async function fill(files: readonly string[]): Promise<void> {
  const [first = '', ...others] = files;
  const commands = readCommands(readFileSync(first, 'utf8'));
  for (const file of others) {
    if (!isDeepStrictEqual(asksOf(readCommands(readFileSync(file, 'utf8'))), asksOf(commands))) {
      throw new Error(`${file} has other commands, or shows other parts of them, than ${first}`);
    }
  }
  const taken: (readonly string[])[] = [];
  for (const { line, exitCode, excerpts } of commands) {
    const output = NOT_RUN.test(line) ? undefined : await run(line, exitCode);
    for (const excerpt of excerpts) {
      taken.push(output === undefined ? excerpt.promised : excerptOf(output, excerpt));
    }
  }
  for (const file of files) {
    writeFileSync(file, fillExcerpts(readFileSync(file, 'utf8'), taken));
  }
}

/** The commands and what is shown of them, without what they printed the last time. */
function asksOf(commands: readonly Command[]) {
  return commands.map(({ excerpts, ...command }) => ({
    ...command,
    excerpts: excerpts.map(({ promised: _, ...excerpt }) => excerpt),
  }));
}

/** Returns what the command writes. One that runs until Ctrl-C gets it once it is ready. */
async function run(line: string, exitCode: number): Promise<string> {
  process.stderr.write(`${line}\n`);
  const PATH = [join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  const child = spawn('sh', ['-c', isLive(line) ? withoutNpx(line) : line], {
    cwd: ROOT,
    env: { ...process.env, PATH, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (more: string) => {
      text[name] += more;
      if (isLive(line) && text.stdout.includes(LIVE_IS_READY)) child.kill('SIGINT');
    });
  }
  const [code] = await once(child, 'close');
  const output = `${text.stderr}${text.stdout}`;
  if (code === exitCode) return output;
  throw new Error(`exit code ${code}, expected ${exitCode}: ${line}\n${output}`);
}
