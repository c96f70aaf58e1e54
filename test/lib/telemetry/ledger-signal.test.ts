import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { startFakeCloud } from './cloud.ts';
import { startProgram } from './run-program.ts';

test('SIGUSR2 writes what has become of every span so far, while the backend does not answer', async (t) => {
  const cloud = await startFakeCloud(t, () => new Promise(() => {}));
  const program = startProgram(t, 'serve', ['/'], {
    ...cloud.env,
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '3',
  });
  await program.line('visited');
  await cloud.written(1);
  program.child.kill('SIGUSR2');
  const { spans } = await program.line('telemetry so far');
  assert.partialDeepStrictEqual(spans, {
    ...{ started: 5, ended: 5, stored: 0, lost: 0, unknown: 0, queued: 2, open: 0 },
    waiting: { spans: 3 },
  });
  assert.ok((spans?.waiting.bytes ?? 0) > 1_000);
});

test('SIGUSR2 does not end a program that has not started yet', async (t) => {
  const child = spawn(
    process.execPath,
    [
      '--import=./lib/telemetry/preload.ts',
      '--input-type=module',
      '--eval',
      "process.kill(process.pid, 'SIGUSR2'); setImmediate(() => console.log('alive'));",
    ],
    // No project: the telemetry reports nothing, and has not installed anything either.
    { env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  t.after(() => child.kill('SIGKILL'));
  const [code, signal] = await once(child, 'close');
  assert.deepEqual([code, signal], [0, null]);
});
