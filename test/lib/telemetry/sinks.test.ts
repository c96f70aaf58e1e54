import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { withResource } from '../../../lib/telemetry/sinks.ts';
import { createEndedSpan } from './ended-span.ts';

test('spans get the resource that is known when they are written, and are not changed', async () => {
  const written: { name: string; resource: Resource | undefined }[] = [];
  const { promise, resolve } = Promise.withResolvers<ReturnType<typeof resourceFromAttributes>>();
  const sink = withResource(
    {
      name: 'sink',
      async write(spans, _signal, resource) {
        written.push(...spans.map(({ name }) => ({ name, resource })));
        return { rejected: 0 };
      },
      async close() {},
    },
    () => promise,
  );
  const span = createEndedSpan('span');
  const before = span.resource;
  const writing = sink.write([span], new AbortController().signal);
  resolve(resourceFromAttributes({ 'cloud.region': 'us-central1' }));
  await writing;
  assert.deepEqual(
    written.map(({ name, resource }) => [name, resource?.attributes]),
    [['span', { 'cloud.region': 'us-central1' }]],
  );
  assert.equal(span.resource, before);
});
