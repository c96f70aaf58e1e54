import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { withResource } from '../../../lib/telemetry/sinks.ts';
import { createEndedSpan } from './ended-span.ts';

test('spans get the resource that is known when they are written, and are not changed', async () => {
  const written: ReadableSpan[] = [];
  const { promise, resolve } = Promise.withResolvers<ReturnType<typeof resourceFromAttributes>>();
  const sink = withResource(
    {
      name: 'sink',
      async write(spans) {
        written.push(...spans);
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
    written.map(({ name, resource }) => [name, resource.attributes]),
    [['span', { 'cloud.region': 'us-central1' }]],
  );
  assert.equal(span.resource, before);
});
