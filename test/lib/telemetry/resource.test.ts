import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { createResourceDetection } from '../../../lib/telemetry/resource.ts';
import { holdTimeouts } from '../held-timeouts.ts';

const own = resourceFromAttributes({ 'service.name': 'client', 'cloud.region': 'ours' });
const platform = resourceFromAttributes({ 'cloud.provider': 'gcp', 'cloud.region': 'found' });

test('what the deployment says wins over what is found', async () => {
  const detection = createResourceDetection({
    own,
    waitMs: 60_000,
    attempts: 1,
    detect: async () => platform,
  });
  assert.deepEqual((await detection.current()).attributes, {
    'service.name': 'client',
    'cloud.provider': 'gcp',
    'cloud.region': 'ours',
  });
});

test('spans wait briefly for late metadata, go without it, and have it once it has come', async (t) => {
  const timeouts = holdTimeouts(t);
  const answer = Promise.withResolvers<Resource>();
  const detection = createResourceDetection({
    own,
    waitMs: 60_000,
    attempts: 1,
    detect: () => answer.promise,
  });
  const early = detection.current();
  timeouts.pass(60_000);
  assert.equal((await early).attributes['cloud.provider'], undefined);
  answer.resolve(platform);
  await answer.promise;
  await Promise.resolve();
  assert.equal((await detection.current()).attributes['cloud.provider'], 'gcp');
});

test('a platform that was not found is asked for again, a bounded number of times', async (t) => {
  let asked = 0;
  const detection = createResourceDetection({
    own,
    waitMs: 60_000,
    attempts: 2,
    detect: async () => (++asked === 1 ? emptyResource() : platform),
  });
  // The wait does not keep a process alive, so the test must.
  const alive = setTimeout(() => {}, 60_000);
  t.after(() => clearTimeout(alive));
  assert.equal((await detection.current()).attributes['cloud.provider'], 'gcp');
  assert.equal(asked, 2);
});
