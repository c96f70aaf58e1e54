import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { withResource } from '../../../lib/telemetry/sinks.ts';

test('spans get the resource that is known when they are written', async () => {
  const written: { span: string; resource: Resource }[] = [];
  const { promise, resolve } = Promise.withResolvers<Resource>();
  const sink = withResource(
    {
      name: 'sink',
      pack: () => Buffer.from(''),
      async write(packed, _signal, resource) {
        written.push(...packed.map((span) => ({ span: span.toString(), resource })));
        return { rejected: 0 };
      },
      async close() {},
    },
    () => promise,
  );
  const writing = sink.write([Buffer.from('span')], new AbortController().signal);
  resolve(resourceFromAttributes({ 'cloud.region': 'us-central1' }));
  await writing;
  assert.deepEqual(
    written.map(({ span, resource }) => [span, resource.attributes]),
    [['span', { 'cloud.region': 'us-central1' }]],
  );
});
