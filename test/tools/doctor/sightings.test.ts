import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sighting } from '../../../tools/doctor/rule.ts';
import { createSightings, MOST_PLACES } from '../../../tools/doctor/sightings.ts';

const at = (traceId: string, group?: string): Sighting => ({
  traceId,
  detail: () => `${traceId} is wrong`,
  ...(group !== undefined && { group }),
});
const never = () => false;

test('counts every place, and lists the first ones', () => {
  const seen = createSightings(0);
  let asked = 0;
  for (let trace = 0; trace < 2 * MOST_PLACES; trace += 1) {
    const detail = () => {
      asked += 1;
      return `${trace}`;
    };
    seen.add([{ traceId: 'a', detail, count: 3 }], []);
  }
  const [found] = seen.all(never);
  assert.equal(found?.count, 6 * MOST_PLACES);
  assert.equal(found?.traces, 2 * MOST_PLACES);
  assert.deepEqual(
    found?.places.map(({ detail }) => Number(detail)),
    Array.from({ length: MOST_PLACES }, (_, place) => place),
  );
  assert.equal(asked, MOST_PLACES);
});

test('what is counted together comes in the order of its first place', () => {
  const seen = createSightings(0);
  seen.add([at('1', 'one'), at('1', 'other'), at('1', 'one')], []);
  seen.add([at('2', 'other')], []);
  assert.deepEqual(
    seen.all(never).map(({ group, count, traces }) => ({ group, count, traces })),
    [
      { group: 'one', count: 2, traces: 1 },
      { group: 'other', count: 2, traces: 2 },
    ],
  );
});

test('a trace whose doubt comes true is not counted, the others in their order', () => {
  const seen = createSightings(2);
  seen.add([at('explained', 'one')], [7, -1]);
  seen.add([at('doubted', 'other'), at('doubted', 'other')], [-1, 7]);
  seen.add([at('sure', 'one')], [-1, -1]);
  const all = seen.all(([first = -1, second = -1]) => first === 7 || second === 8);
  assert.deepEqual(
    all.map(({ group, count, traces, places }) => [
      ...[group, count, traces],
      ...places.map(({ traceId }) => traceId),
    ]),
    [
      ['other', 2, 1, 'doubted', 'doubted'],
      ['one', 1, 1, 'sure'],
    ],
  );
});
