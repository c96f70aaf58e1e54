import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkFolder, checkOutput } from '../../../tools/cli/command-line.ts';
import { runToEnd } from '../../run-to-end.ts';

const COMMAND_LINE = join(import.meta.dirname, '../../../tools/cli/command-line.ts');

async function runToolThatThrows(name: string, error: 'UsageError' | 'Error') {
  const script = `
    import { runTool, UsageError } from ${JSON.stringify(COMMAND_LINE)};
    await runTool(${JSON.stringify(name)}, async () => { throw new ${error}('--x is wrong'); });`;
  const { code, stderr } = await runToEnd(process.execPath, ['--input-type=module', '-e', script]);
  return { code, stderr };
}

for (const [name, help] of [
  ['load pause', 'load pause: --x is wrong (see: npx shakesapp load pause --help)\n'],
  ['', 'shakesapp: --x is wrong (see: npx shakesapp --help)\n'],
] as const) {
  test(`bad usage of ${name || 'no command'} is one line that names its help`, async () => {
    assert.deepEqual(await runToolThatThrows(name, 'UsageError'), { code: 2, stderr: help });
  });
}

test('a failure is not bad usage: exit code 1, and the reason alone', async () => {
  assert.deepEqual(await runToolThatThrows('compare', 'Error'), {
    code: 1,
    stderr: 'compare: --x is wrong\n',
  });
});

test('a result is refused before the work where it cannot be written', () => {
  for (const [file, message] of [
    [import.meta.dirname, /--json \S+: is a directory; name a file in it$/],
    [
      join(import.meta.filename, 'out.json'),
      /: cannot be written: \S+command-line\.test\.ts is not a directory$/,
    ],
    ['/nowhere/out.json', /--json \S+: cannot be written: there is no directory \/nowhere$/],
  ] as const) {
    assert.throws(() => checkOutput('json', file), { name: 'UsageError', message });
  }
  checkOutput('json', join(import.meta.dirname, 'new.json'));
  checkOutput('json', '-');
});

test('a folder that is to be read is refused where there is none', () => {
  for (const [folder, message] of [
    ['/nowhere', '--dir /nowhere: no such directory'],
    [import.meta.filename, `--dir ${import.meta.filename}: is not a directory`],
  ] as const) {
    assert.throws(() => checkFolder('dir', folder), { name: 'UsageError', message });
  }
  checkFolder('dir', import.meta.dirname);
});
