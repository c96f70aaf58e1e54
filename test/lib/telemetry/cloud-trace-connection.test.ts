import { authority } from './grpc-roots.ts';
// gRPC and what imports it comes after its certificates.

import assert from 'node:assert/strict';
import { test } from 'node:test';

const { status } = await import('@grpc/grpc-js');
const { createCloudTraceSink } = await import('../../../lib/telemetry/cloud-trace-exporter.ts');
const { startFakeCloud, useCloud } = await import('./cloud.ts');
const { writeSpans } = await import('./ended-span.ts');

test('after a write without an answer the next batch opens a new connection', async (t) => {
  const cloud = await startFakeCloud(
    t,
    (write) => (write === 1 ? new Promise(() => {}) : status.OK),
    authority,
  );
  useCloud(t, cloud);
  const endpoint = cloud.env.CLOUD_TRACE_API_ENDPOINT ?? '';
  const sink = createCloudTraceSink({ project: 'test-project', endpoint, timeoutMs: 60_000 });
  t.after(() => sink.close());
  const deadline = new AbortController();
  writeSpans(sink, ['first'], deadline.signal).catch(() => {});
  await cloud.written(1);
  deadline.abort(new Error('no answer'));
  assert.deepEqual(await writeSpans(sink, ['second']), { rejected: 0 });
  assert.deepEqual(
    cloud.spans.map((span) => span.displayName.value),
    ['second'],
  );
  assert.equal(new Set(cloud.peers).size, 2);
});
