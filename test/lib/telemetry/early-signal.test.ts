import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';

/** A process under the preload that runs `program`; SIGTERM comes as soon as it prints a line. */
async function signalled(t: TestContext, program: string) {
  const child = spawn(
    process.execPath,
    ['--import=./lib/telemetry/preload.ts', '--input-type=module', '--eval', program],
    {
      env: {
        PATH: process.env.PATH,
        GOOGLE_CLOUD_PROJECT: 'test-project',
        OTEL_SERVICE_NAME: 'test',
        OTEL_TRACES_EXPORTER: 'none',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    if (output === '') child.kill('SIGTERM');
    output += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, lines: output.trim().split('\n') };
}

test('a program that is told to stop while it starts ends at once, with 0 and a line', async (t) => {
  const { code, lines } = await signalled(
    t,
    "setInterval(() => {}, 1_000); console.log('starting'); await new Promise(() => {});",
  );
  assert.equal(code, 0);
  assert.match(lines[1] ?? '', /"message":"told to stop before the program had started"/);
});

test('a program that has its own handler ends by that alone', async (t) => {
  const { code, lines } = await signalled(
    t,
    `process.on('SIGTERM', () => setImmediate(() => {
      console.log('drained');
      process.exit(7);
    }));
    setInterval(() => {}, 1_000);
    console.log('started');`,
  );
  assert.deepEqual([code, lines], [7, ['started', 'drained']]);
});
