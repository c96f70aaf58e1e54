import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseOptions as parseCompare } from '../../tools/compare/options.ts';
import { parseOptions as parseDoctor } from '../../tools/doctor/options.ts';
import { parseOptions as parseLoad } from '../../tools/load/options.ts';
import { parseOptions as parseStart } from '../../tools/local/options.ts';
import { parsePassedOn } from '../../tools/local/settings.ts';
import { parseOptions as parseQueries } from '../../tools/queries/options.ts';
import { ROOT } from '../rules/sources.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const SCRIPTS: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
).scripts;

/** Every command of the README: lines of sh blocks without their comments, and inline code. */
function readCommands(): string[] {
  const blocks = [...README.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block.split('\n'),
  );
  const inline = [...README.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return [...blocks, ...inline]
    .map((line) => line.replace(/\s+# .*$/, '').trim())
    .filter((line) => /^([A-Z_]+=\S+ )*(npm|terraform|gcloud|printf|for) /.test(line));
}

/** Words as a shell splits them, as far as the README's commands need it. */
function splitWords(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

function parseNpm(command: string) {
  const words = splitWords(command);
  const at = words.indexOf('npm');
  const env = Object.fromEntries(words.slice(0, at).map((word) => word.split('=')));
  const redirected = words.indexOf('>');
  const all = words.slice(at + 1, redirected < 0 ? undefined : redirected);
  // `-s`: npm says nothing of its own
  const rest = all.filter((word) => word !== '-s');
  const script = rest[0] === 'run' ? rest[1] : rest[0];
  const separator = rest.indexOf('--');
  return { env, script: script ?? '', args: separator < 0 ? [] : rest.slice(separator + 1) };
}

/** The tools' own parsers, which throw at a flag that does not exist. */
const PARSERS: Readonly<Record<string, (args: string[]) => unknown>> = {
  start: parseStart,
  compare: (args) => parseCompare(args, Date.now()),
  doctor: (args) => parseDoctor(args, Date.now()),
  load: parseLoad,
  queries: parseQueries,
  bench: ([name = '']) => assert.ok(existsSync(join(ROOT, 'tools/bench', `${name}.ts`)), name),
};

const COMMANDS = [...new Set(readCommands())];
const NPM = COMMANDS.filter((command) => / ?npm /.test(` ${command}`));

describe('the commands of the README', () => {
  it('are found', () => {
    assert.ok(NPM.length >= 15, `only ${NPM.length} npm commands found`);
  });

  for (const command of NPM) {
    it(`${command}: its script exists and takes its flags`, () => {
      const { env, script, args } = parseNpm(command);
      assert.ok(SCRIPTS[script], `package.json has no script ${script}`);
      parsePassedOn(env);
      if (args.length > 0 && !args.includes('--help') && !args.includes('--preflight')) {
        const parse = PARSERS[script];
        assert.ok(parse, `no parser known for ${script}`);
        parse(args);
      }
    });
  }

  it('name only Terraform roots that exist', () => {
    for (const command of COMMANDS) {
      for (const [, root = ''] of command.matchAll(/-chdir=(terraform[\w/]*)/g)) {
        assert.ok(existsSync(join(ROOT, root, 'versions.tf')), `${root} in: ${command}`);
      }
    }
  });

  it('link only files that exist', () => {
    const links = [...README.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(([, path = '']) => path);
    assert.ok(links.length >= 8, 'the README links the files of the request path');
    assert.deepEqual(
      links.filter((path) => !existsSync(join(ROOT, path))),
      [],
    );
  });
});

describe('--help', () => {
  for (const tool of ['start', 'compare', 'doctor', 'load', 'queries', 'bench']) {
    it(`of ${tool} exits 0, fits 100 columns and names exit codes or examples`, () => {
      const file = /tools\/\S+\/main\.ts/.exec(SCRIPTS[tool] ?? '')?.[0] ?? '';
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const result = spawnSync(process.execPath, [file, '--help'], {
        cwd: ROOT,
        env,
        encoding: 'utf8',
      });
      assert.equal(result.status, 0, result.stderr);
      const widest = Math.max(...result.stdout.split('\n').map((line) => line.length));
      assert.ok(widest <= 100, `${widest} columns`);
      assert.ok(result.stdout.length > 100);
    });
  }
});
