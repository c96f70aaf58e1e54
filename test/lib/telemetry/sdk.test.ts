import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status } from '@grpc/grpc-js';
import { startFakeCloud } from './cloud.ts';
import { type RunningProgram, runProgram } from './run-program.ts';

const errors = (program: RunningProgram) =>
  program.lines
    .filter((line) => line.severity === 'ERROR')
    .map(({ message, details }) => [message, ...(details ?? [])]);

test('an error within the SDK is a line of the log', async (t) => {
  const program = await runProgram(t, ['/sdk-error'], { OTEL_TRACES_EXPORTER: 'none' });
  assert.deepEqual(errors(program), [['OpenTelemetry failed', 'Error: not of an export']]);
  assert.equal(program.stderr(), '');
});

test('a failed export does not come up again as an error within the SDK', async (t) => {
  const cloud = await startFakeCloud(t, () => status.PERMISSION_DENIED);
  // A full batch is exported at once, and that export ends in the SDK's error handler.
  const program = await runProgram(t, ['/'], {
    ...cloud.env,
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '5',
    OTEL_BSP_SCHEDULE_DELAY: '60000',
  });
  const messages = errors(program).map(([message]) => message);
  assert.deepEqual(
    messages.filter((message) => !message?.startsWith('batchWriteSpans error')),
    ['5 spans were not stored by gcp_trace'],
  );
});
