import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkOutput } from '../../tools/command-line.ts';

const COMMAND_LINE = join(import.meta.dirname, '../../tools/command-line.ts');

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
