import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createCommandLine } from '../../tools/cli/read-command-line.ts';
import { parsePassedOn } from '../../tools/local/settings.ts';
import { ROOT } from '../rules/sources.ts';
import { readDocument, readDocuments, readInlineCode, readLines } from './documents.ts';

const SCRIPTS: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
).scripts;

type Command = Readonly<{ env: NodeJS.ProcessEnv; words: readonly string[] }>;

/** Words as a shell splits them, as far as the documents need it; where its output goes is left out. */
function splitWords(line: string): Command {
  const all = [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''));
  const end = all.findIndex((word) => /^(\d?>.*|\|)$/.test(word));
  const words = end < 0 ? all : all.slice(0, end);
  const start = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
  return {
    env: Object.fromEntries(words.slice(0, start).map((word) => word.split('='))),
    words: words.slice(start),
  };
}

/** Without a flag it is named rather than typed; an ellipsis stands for any flags. */
function parseOwn([command = '', ...args]: readonly string[]): void {
  const commandLine = createCommandLine('0');
  assert.equal(commandLine.nameOf([command]), command, `there is no command ${command}`);
  const isComplete = args.some((arg) => arg.startsWith('--')) && !args.includes('…');
  if (isComplete) commandLine.read([command, ...args], {});
}

const DOCUMENTS = await readDocuments();
/** Commands of npm's, which no script of ours stands behind. */
const NPM_ITSELF: ReadonlySet<string> = new Set(
  'ci install init pkg audit sbom explain'.split(' '),
);
const IS_COMMAND = /^([A-Z_]+=\S+ )*(npm|npx|terraform) /;
const COMMANDS = new Set(
  DOCUMENTS.flatMap(({ text }) => [...readLines(text), ...readInlineCode(text)]).filter((line) =>
    IS_COMMAND.test(line),
  ),
);

describe('the commands in the documents', () => {
  it('are found', () => {
    assert.ok(COMMANDS.size >= 40, `only ${COMMANDS.size} commands found`);
  });

  for (const line of COMMANDS) {
    const { env, words } = splitWords(line);
    const [program, first = '', ...rest] = words;
    if (program === 'npx' && first === 'shakesapp' && !/^[<…]/.test(rest[0] ?? '<')) {
      it(`${line}: is a command and takes its flags`, () => {
        parsePassedOn(env);
        parseOwn(rest);
      });
    } else if (program === 'npm' && !NPM_ITSELF.has(first)) {
      it(`${line}: its script exists and takes its flags`, () => {
        const script = first === 'run' ? rest[0] : first;
        assert.ok(SCRIPTS[script ?? ''], `package.json has no script ${script}`);
        parsePassedOn(env);
        const args = words.includes('--') ? words.slice(words.indexOf('--') + 1) : [];
        if (args.length > 0) parseOwn([script === 'start' ? 'up' : (script ?? ''), ...args]);
      });
    } else if (program === 'terraform') {
      it(`${line}: its root exists`, () => {
        for (const [, root = ''] of line.matchAll(/-chdir=(terraform[\w/]*)/g)) {
          assert.ok(existsSync(join(ROOT, root, 'versions.tf')), root);
        }
      });
    }
  }
});

describe('the table of commands in the README', () => {
  it('has a row for every command', () => {
    const help = createCommandLine('0').read(['--help'], {});
    assert.ok(help.command === 'help');
    const list = /^Commands:\n(.*)/ms.exec(help.text)?.[1] ?? '';
    const names = [...list.matchAll(/^ {2}(\w+)/gm)].map(([, name = '']) => name);
    assert.ok(names.length >= 6, `${names}`);
    const table = readDocument('README.md').text;
    assert.deepEqual(
      names.filter((name) => !new RegExp(`^\\| .*\`npx shakesapp ${name}\\b`, 'm').test(table)),
      [],
    );
  });
});
