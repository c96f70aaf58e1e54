import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCommandLine } from '../../../tools/cli/read-command-line.ts';
import { READABLE } from '../../../tools/traces/sources/format-names.ts';
import { flagsOf } from './flags-of.ts';
import { runCli } from './run-cli.ts';

const read = (...argv: readonly string[]) => createCommandLine('1.2.3').read(argv, {});
const helpOf = (...argv: readonly string[]): string => {
  const asked = read(...argv, '--help');
  assert.ok(asked.command === 'help');
  return asked.text;
};

const COMMANDS = [
  [],
  ...['up', 'compare', 'doctor', 'load', 'queries', 'conformance', 'bench'].map((name) => [name]),
  ['doctor', '--preflight'],
  ...['status', 'run', 'pause', 'resume', 'set'].map((verb) => ['load', verb]),
];

describe('--help', () => {
  for (const words of COMMANDS) {
    it(`of npx shakesapp ${words.join(' ')} fits 80 columns`, () => {
      const text = helpOf(...words);
      assert.match(text, new RegExp(`^Usage: ${['npx shakesapp', ...words].join(' ')} `));
      assert.deepEqual(
        text.split('\n').filter((line) => line.length > 80),
        [],
      );
    });
  }

  it('is printed even if other flags are wrong', () => {
    assert.match(helpOf('compare', '--bogus'), /^Usage: npx shakesapp compare/);
    assert.match(helpOf('up', '--html', 'a', '--html', 'b'), /^Usage: npx shakesapp up/);
  });

  it('names the trace formats that --from reads', async () => {
    for (const [command, flag] of [
      ['compare', '--help'],
      ['doctor', '-h'],
    ] as const) {
      const { code, stdout } = await runCli([command, flag]);
      assert.equal(code, 0);
      const from = stdout.replaceAll(/\s+/g, ' ');
      assert.ok(from.includes(`files written by --save, or ${READABLE} (one document,`), stdout);
    }
  });
});

it('--version prints the version', () => {
  assert.deepEqual(read('--version'), { command: 'help', text: '1.2.3\n' });
});

describe('--json', () => {
  for (const [name, argv, json] of [
    ['alone is for stdout', ['--json'], true],
    ['before another flag is for stdout', ['--json', '--local'], true],
    ['takes a file after =', ['--json=out.json'], 'out.json'],
    ['takes a file as the next word', ['--json', 'out.json'], 'out.json'],
  ] as const) {
    it(`${name}, in every command`, () => {
      assert.equal(flagsOf('compare', ...argv).json, json);
      assert.equal(flagsOf('doctor', ...argv).json, json);
      assert.equal(flagsOf('load', 'status', ...argv).json, json);
    });
  }
});

describe('what is refused', () => {
  for (const [argv, message] of [
    [
      [],
      /^missing command; expected one of up, compare, doctor, load, queries, conformance, bench$/,
    ],
    [['compar'], /^unknown command "compar"; did you mean compare\?$/],
    [
      ['preflight', '--project', 'p'],
      /^unknown command "preflight"; did you mean doctor --preflight\?$/,
    ],
    [['compare', '--sinc', '5m'], /^unknown flag --sinc; did you mean --since\?$/],
    [['load', 'set', '--request', '5'], /^unknown flag --request; did you mean --requests\?$/],
    [['up', '-x'], /^unknown flag -x$/],
    [['compare', '--since'], /^--since needs a value$/],
    [['compare', '--since', '--until', '5m'], /^--since needs a value$/],
    [['up', '--requests', '1.5'], /^--requests is "1.5"; allowed: a whole number from 1 to 1000$/],
    [['up', '--billing', 'free'], /^--billing is "free"; allowed: one of instance, request$/],
    [['bench', 'nope'], /^unknown benchmark "nope"; expected one of search, path, .*, statistics$/],
    [
      ['up', '--once', '--instrument', 'grpc', '--instrument', 'http'],
      /^--instrument takes one value; give it once$/,
    ],
    [['compare', '--json', '--json=b'], /^--json takes one value; give it once$/],
    [
      ['load', 'set', '--requests', '5', '--requests=5'],
      /^--requests takes one value; give it once$/,
    ],
    [['doctor', '--gke'], /^--gke is valid only with --preflight$/],
    [['doctor', '--preflight', '--since', '1h'], /^--since is not valid with --preflight$/],
  ] as const) {
    it(['shakesapp', ...argv].join(' '), () => {
      assert.throws(() => read(...argv), { name: 'UsageError', message });
    });
  }

  it('is no flag that may be repeated, nor one without a value', () => {
    const { delay, once } = flagsOf(
      'up',
      ...['--once', '--once', '--delay', 'gke/server=1', '--delay', 'gke/client=2'],
    );
    assert.deepEqual([once, delay], [true, ['gke/server=1', 'gke/client=2']]);
    assert.deepEqual(flagsOf('compare', '--from', 'a', '--from', 'b').from, ['a', 'b']);
  });

  it('is refused before anything is loaded but the command line and its library', async () => {
    const loaded = `data:text/javascript,${encodeURIComponent(`
      import { registerHooks } from 'node:module';
      registerHooks({ load(url, context, next) { console.log(url); return next(url, context); } });
    `)}`;
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { code, stdout } = await runCli(['load', 'pause', '--locl'], {
      env: { ...env, NODE_OPTIONS: `--import=${loaded}` },
    });
    assert.equal(code, 2);
    const files = stdout.split('\n').filter((line) => line.startsWith('file:'));
    assert.ok(files.length > 5);
    assert.deepEqual(
      files.filter(
        (file) => !/\/(tools\/cli|node_modules\/(@commander-js|commander))\//.test(file),
      ),
      [],
    );
  });
});
