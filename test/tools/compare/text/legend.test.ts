import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gapPlaces, legendOf, typicalUnit } from '../../../../tools/compare/text/legend.ts';
import { sampleComparison } from '../html/sample-comparison.ts';

const sample = sampleComparison();
const labels = { a: 'old', b: 'new' };

for (const [design, unit] of [
  ['paired-runs', 'pair'],
  ['paired-requests', 'pair'],
  ['runs', 'run'],
  ['paired-windows', 'window'],
  ['windows', 'window'],
  ['before-after', 'window'],
] as const) {
  test(`${design}: a difference is that of a typical ${unit}`, () => {
    assert.equal(typicalUnit({ design }), unit);
    const [line] = legendOf(labels, { ...sample, overall: { ...sample.overall, design } });
    assert.ok(line?.includes(`old minus new of a typical ${unit},`));
  });
}

test('a gap that no front end divides names no platform', () => {
  const hops = sample.hops.map((hop) => ({ ...hop, split: null }));
  const gap = hops.find(({ measure }) => measure === 'gap');
  assert.ok(gap);
  assert.equal(gapPlaces(gap), 'network, proxies and queues');
  assert.match(legendOf(labels, { ...sample, hops }).join(' '), /\(network, proxies and queues\)/);
  assert.match(legendOf(labels, sample).join(' '), /\(network and platform\)/);
});

test('without a gap the legend explains none', () => {
  const hops = sample.hops.filter(({ measure }) => measure === 'self');
  assert.doesNotMatch(legendOf(labels, { ...sample, hops }).join(' '), /gap/);
});
