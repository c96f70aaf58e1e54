import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HopSample } from '../../../../tools/compare/cohorts/hop-samples.ts';
import {
  createHopPacker,
  type Figure,
  PLACE_OF,
  packAlone,
  type RequestHops,
} from '../../../../tools/compare/cohorts/packed-hops.ts';

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

/** What was packed, as it was. */
const unpacked = (hops: RequestHops): HopSample[] =>
  hops.layout.map(({ isSplit, ...shape }, place) => {
    const of = (figure: Figure) => hops.figureAt(PLACE_OF[figure](hops.layout, place));
    const split = isSplit ? { networkMs: of('networkMs'), platformMs: of('platformMs') } : null;
    const [offsetMs, inclusiveMs, selfMs] = [of('offsetMs'), of('inclusiveMs'), of('selfMs')];
    return { ...shape, offsetMs, inclusiveMs, selfMs, split };
  });

test('packed samples say what the plain ones said, over several blocks', () => {
  const pack = createHopPacker(100);
  const requests = Array.from({ length: 500 }, (_, request) =>
    Array.from({ length: request % 60 }, (_, index) => sample(request + index)),
  );
  const packed = requests.map(pack);
  for (const [index, hops] of packed.entries()) {
    assert.deepEqual(unpacked(hops), requests[index], `request ${index}`);
  }
});

test('figures off the grid, and of requests that last for hours, are kept exactly too', () => {
  const pack = createHopPacker(100);
  const requests = [0, 1 / 3, -0.25, 1e7, -1e7, 2 ** 31 / 4_096, Number.MAX_SAFE_INTEGER].map(
    (ms) => [
      sample(0),
      { ...sample(1), offsetMs: 0 - ms, inclusiveMs: ms, selfMs: ms / 2 },
      { ...sample(2), split: { networkMs: ms, platformMs: ms * 3 } },
    ],
  );
  const packed = requests.map(pack);
  for (const [index, hops] of packed.entries()) {
    assert.deepEqual(unpacked(hops), requests[index], `request ${index}`);
  }
});

test('requests that differ in nothing but figures share their layout, others do not', () => {
  const pack = createHopPacker();
  const one = pack([sample(1), sample(2)]);
  const alike = pack([{ ...sample(1), selfMs: 7 }, sample(2)]);
  assert.equal(one.layout, alike.layout);
  assert.equal(alike.figureAt(PLACE_OF.selfMs(alike.layout, 0)), 7);
  const changes = [{ stopped: true }, { siblings: 9 }, { split: { networkMs: 1, platformMs: 2 } }];
  for (const change of changes) {
    assert.notEqual(pack([{ ...sample(1), ...change }, sample(2)]).layout, one.layout);
  }
});

test('a request with too many shapes to share has them to itself', () => {
  const pack = createHopPacker();
  const names = Array.from({ length: 10_001 }, (_, index) => ({
    ...sample(1),
    path: `path ${index}`,
  }));
  assert.deepEqual(unpacked(pack(names)), names);
  for (const path of ['one more', 'another one']) {
    const own = [{ ...sample(1), path }];
    assert.deepEqual(unpacked(pack(own)), own);
  }
});

test('samples of one path whose service and name part at another place stay apart', () => {
  const [one, other] = [
    { ...sample(1), path: 'a:b:c', service: 'a', name: 'b:c' },
    { ...sample(1), path: 'a:b:c', service: 'a:b', name: 'c' },
  ];
  const { layout } = packAlone([one, other]);
  assert.deepEqual(
    layout.map(({ service, name }) => [service, name]),
    [
      ['a', 'b:c'],
      ['a:b', 'c'],
    ],
  );
});
