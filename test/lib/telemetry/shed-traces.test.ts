import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status } from '@grpc/grpc-js';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { startFakeCloud } from './cloud.ts';
import { startProgram } from './run-program.ts';

const VISITS = 60;
/** loadgen, HTTP client and server, gRPC client and server, all in one process. */
const SPANS_PER_VISIT = 5;

test('while the trace backend stores nothing, new traces are shed, and what is kept is complete', async (t) => {
  const visited = Promise.withResolvers<void>();
  const cloud = await startFakeCloud(t, async () => {
    await visited.promise;
    return status.OK;
  });
  const paths = Array.from({ length: VISITS }, () => '/');
  const program = startProgram(t, 'once', paths, {
    ...cloud.env,
    SPAN_RETRY_QUEUE_BYTES: '65536',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: String(SPANS_PER_VISIT),
  });
  await program.line('visited');
  visited.resolve();
  await program.exited;

  const { started, stored, lost, shed } = program.report();
  assert.deepEqual([stored, lost], [started, 0]);
  assert.ok(shed >= VISITS - 20, `${shed} of ${VISITS} traces were shed`);
  assert.equal(started, (VISITS - shed) * SPANS_PER_VISIT);
  assert.equal(cloud.spans.length, stored);
  const roots = cloud.spans.filter(({ displayName }) => displayName.value === 'loadgen');
  assert.equal(roots.length, VISITS - shed);
  const probabilities = roots.flatMap(
    ({ attributes }) => attributes.attributeMap[ATTR.keptProbability]?.stringValue?.value ?? [],
  );
  for (const probability of probabilities) assert.match(probability, /^0\.(5|25|125|0625)$/);
});
