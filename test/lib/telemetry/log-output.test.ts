import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createLogOutput } from '../../../lib/telemetry/log-output.ts';

function record(t: TestContext) {
  const before = process.listeners('exit');
  const writes: string[] = [];
  const output = createLogOutput({ write: (text) => void writes.push(text) });
  const [onExit] = process.listeners('exit').filter((each) => !before.includes(each));
  t.after(() => onExit && process.off('exit', onExit));
  return { output, writes };
}

describe('the output of a log', () => {
  test('writes the lines of one turn of the event loop together', async (t) => {
    const { output, writes } = record(t);
    output.write('a\n');
    output.write('b\n');
    assert.deepEqual(writes, []);
    await turn();
    output.write('c\n');
    await turn();
    assert.deepEqual(writes, ['a\nb\n', 'c\n']);
  });

  test('writes at once what has grown long, or is told to', (t) => {
    const { output, writes } = record(t);
    output.write('a\n');
    output.flush();
    output.write('b'.repeat(20_000));
    assert.deepEqual(
      writes.map((text) => text.length),
      [2, 20_000],
    );
  });

  const program = (code: string) => `
    import { createLogger } from './lib/telemetry/log.ts';
    process.once('exit', () => logger?.info('before'));
    const logger = createLogger({ service: 'test', project: 'p' });
    process.once('exit', () => logger.info('after'));
    logger.info('last');
    ${code}
  `;
  const ends = [
    ['exits', 'process.exit(0)', ['last', 'before', 'after']],
    ['has nothing left to do', '', ['last', 'before', 'after']],
    // Nothing listens to that; the lines before a warning are out with it.
    ['is killed', "logger.warn('late'); process.kill(process.pid, 'SIGKILL')", ['last', 'late']],
  ] as const;
  for (const [end, code, expected] of ends) {
    test(`is complete when the process ${end}`, () => {
      const args = ['--input-type=module-typescript', '--eval', program(code)];
      const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      const messages = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).message);
      assert.deepEqual(messages, expected);
    });
  }
});
