import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HopSample } from '../../../../tools/compare/cohorts/hop-samples.ts';
import { createHopPacker } from '../../../../tools/compare/cohorts/packed-hops.ts';

const sample = (index: number): HopSample => ({
  path: `loadgen:loadgen > client:${index % 3}`,
  service: 'client',
  name: String(index % 3),
  depth: 1 + (index % 2),
  offsetMs: index / 8,
  measure: index % 2 === 0 ? 'gap' : 'self',
  siblings: 1 + (index % 4),
  deeper: index % 5,
  inclusiveMs: index + 0.5,
  selfMs: index + 0.25,
  split: index % 2 === 0 ? { networkMs: index, platformMs: index / 2 } : null,
  stopped: index % 7 === 0,
});

const NAMES = Object.keys(sample(0)) as (keyof HopSample)[];

/** Whoever spreads it gets none of its figures. */
const plain = (packed: HopSample) => Object.fromEntries(NAMES.map((name) => [name, packed[name]]));

test('a packed sample says what the plain one said, over several blocks', () => {
  const samples = Array.from({ length: 20_000 }, (_, index) => sample(index));
  const packed = createHopPacker()(samples);
  for (const [index, one] of packed.entries()) {
    assert.deepEqual(plain(one), samples[index], `sample ${index}`);
  }
});

test('samples of one path whose service and name part at another place stay apart', () => {
  const [one, other] = [
    { ...sample(1), path: 'a:b:c', service: 'a', name: 'b:c' },
    { ...sample(1), path: 'a:b:c', service: 'a:b', name: 'c' },
  ];
  const packed = createHopPacker()([one, other]);
  assert.deepEqual(
    packed.map(({ service, name }) => [service, name]),
    [
      ['a', 'b:c'],
      ['a:b', 'c'],
    ],
  );
});
