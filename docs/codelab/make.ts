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
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Command, excerptOf, fillExcerpts, readCommands, relink } from './blocks.ts';

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
  if (isAsked(name) && !asked.includes('--links')) fill(files);
}

function fill(files: readonly string[]): void {
  const [first = '', ...others] = files;
  const commands = readCommands(readFileSync(first, 'utf8'));
  for (const file of others) {
    if (!isDeepStrictEqual(asksOf(readCommands(readFileSync(file, 'utf8'))), asksOf(commands))) {
      throw new Error(`${file} has other commands, or shows other parts of them, than ${first}`);
    }
  }
  const taken = commands.flatMap(({ line, exitCode, excerpts }) => {
    if (NOT_RUN.test(line)) return excerpts.map(({ promised }) => promised);
    const output = run(line, exitCode);
    return excerpts.map((excerpt) => excerptOf(output, excerpt));
  });
  for (const file of files) {
    writeFileSync(file, fillExcerpts(readFileSync(file, 'utf8'), taken));
  }
}

/** The commands and what is shown of them, without what they printed the last time. */
function asksOf(commands: readonly Command[]) {
  return commands.map(({ excerpts, ...command }) => ({
    ...command,
    excerpts: excerpts.map(({ from, to, isLine }) => ({ from, to, isLine })),
  }));
}

function run(line: string, exitCode: number): string {
  process.stderr.write(`${line}\n`);
  const PATH = [join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], {
    cwd: ROOT,
    env: { ...process.env, PATH, NO_COLOR: '1' },
    encoding: 'utf8',
  });
  if (status === exitCode) return `${stderr}${stdout}`;
  throw new Error(`exit code ${status}, expected ${exitCode}: ${line}\n${stderr}${stdout}`);
}
