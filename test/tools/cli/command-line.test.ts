import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkFolder, checkOutput, parseCommandLine } from '../../../tools/cli/command-line.ts';

const COMMAND_LINE = join(import.meta.dirname, '../../../tools/cli/command-line.ts');

function runToolThatThrows(name: string, error: 'UsageError' | 'Error') {
  const script = `
    import { runTool, UsageError } from ${JSON.stringify(COMMAND_LINE)};
    await runTool(${JSON.stringify(name)}, async () => { throw new ${error}('--x is wrong'); });`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  return { status, stderr };
}

for (const [name, command] of [
  ['compare', 'npm run compare'],
  ['start', 'npm start'],
] as const) {
  test(`bad usage of ${name} points at its help as one types it`, () => {
    assert.deepEqual(runToolThatThrows(name, 'UsageError'), {
      status: 2,
      stderr: `${name}: --x is wrong\n(see: ${command} -- --help)\n`,
    });
  });
}

test('a failure is no bad usage: exit code 1, and the reason alone', () => {
  assert.deepEqual(runToolThatThrows('compare', 'Error'), {
    status: 1,
    stderr: 'compare: --x is wrong\n',
  });
});

test('a result is refused before the work where it cannot be written', () => {
  for (const [file, message] of [
    [import.meta.dirname, /--json \S+: is a directory; name a file in it$/],
    ['/nowhere/out.json', /--json \S+: cannot be written \(ENOENT\)$/],
  ] as const) {
    assert.throws(() => checkOutput('json', file), { name: 'UsageError', message });
  }
  checkOutput('json', join(import.meta.dirname, 'new.json'));
  checkOutput('json', '-');
});

for (const [name, argv, message] of [
  ['a flag that there is not', ['--sinc', '5m'], 'unknown flag --sinc'],
  ['a letter that there is not', ['-x'], 'unknown flag -x'],
  ['a flag at the end without its value', ['--since'], '--since lacks its value'],
  ['a flag before another without its value', ['--since', '--help'], '--since lacks its value'],
] as const) {
  test(`${name} is told in a few words, with positional arguments or without`, () => {
    const flags = { since: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
    for (const allowPositionals of [true, false]) {
      assert.throws(() => parseCommandLine(argv, flags, allowPositionals), {
        name: 'UsageError',
        message,
      });
    }
  });
}

test('a folder that is to be read is refused where there is none', () => {
  for (const [folder, message] of [
    ['/nowhere', '--dir /nowhere: no such folder'],
    [import.meta.filename, `--dir ${import.meta.filename}: is no folder`],
  ] as const) {
    assert.throws(() => checkFolder('dir', folder), { name: 'UsageError', message });
  }
  checkFolder('dir', import.meta.dirname);
});
