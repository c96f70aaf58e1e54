import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Trace } from '../../../../tools/traces/model.ts';
import { normalise } from '../../../../tools/traces/normalise.ts';
import { createNameTally } from '../../../../tools/traces/profile/name-tally.ts';
import { trafficOf } from '../other-systems.ts';

const [template] = trafficOf({ version: '1', of: 'single' }) as [Trace];

function reportOf(names: readonly string[]) {
  const tally = createNameTally();
  for (const name of names) {
    tally.see(normalise({ ...template, spans: template.spans.map((span) => ({ ...span, name })) }));
  }
  return tally.report();
}

test('says which names were folded, and into how many', () => {
  const report = reportOf(['GET /a/1', 'GET /a/2', 'GET /a/2', 'GET /b/1', 'GET /c']);
  assert.deepEqual(report, {
    ...{ names: 3, into: 2, more: false, tooMany: [] },
    examples: [
      { name: 'GET /a/{id}', from: 'GET /a/1', names: 2 },
      { name: 'GET /b/{id}', from: 'GET /b/1', names: 1 },
    ],
  });
});

test('says nothing where names are few and stay as they are', () => {
  assert.equal(reportOf(['GET /a', 'job']), null);
});

test('says which service has too many names although they were folded', () => {
  const report = reportOf(Array.from({ length: 101 }, (_, index) => `job ${index}`));
  assert.deepEqual(report?.tooMany, [{ service: 'orders', names: 101, example: 'job 100' }]);
  assert.equal(reportOf(Array.from({ length: 100 }, (_, index) => `job ${index}`)), null);
});

test('keeps no more names than a bound, and says so', () => {
  const report = reportOf(Array.from({ length: 20_001 }, (_, index) => `GET /a/${index}`));
  assert.deepEqual([report?.names, report?.more], [20_000, true]);
});
