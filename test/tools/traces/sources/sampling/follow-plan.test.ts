import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Trace } from '../../../../../tools/traces/model.ts';
import { followPlan } from '../../../../../tools/traces/sources/sampling/follow-plan.ts';
import type { Answered, Ask } from '../../../../../tools/traces/sources/sampling/read-plan.ts';
import type { Slice } from '../../../../../tools/traces/sources/sampling/slices.ts';
import { toArray } from '../to-array.ts';

const ask = (kind: Ask['kind'], rest: Partial<Ask> = {}): Ask => ({
  ...{ kind, startMs: 0, endMs: 100, term: '', pageToken: '', ...rest },
});

/** Traces by the moments of their starts, a page for each question of the plan. */
async function follow(asks: readonly Ask[], pages: readonly (readonly number[])[]) {
  function* plan(): Generator<Ask, void, Answered> {
    for (const one of asks) yield one;
  }
  const slices: Slice[] = [];
  const given = followPlan(plan(), {
    async read(asked, page) {
      const traces = (pages[page - 1] ?? []).map(
        (startMs): Trace => ({
          traceId: String(startMs),
          projectId: 'p',
          spans: [
            {
              ...{ traceId: String(startMs), spanId: '1', name: 'n', kind: 'internal' },
              ...{ startMs, endMs: startMs + 1_000, attributes: {} },
            },
          ],
        }),
      );
      return { ask: asked, answered: { traces: 0, lastStartMs: 0, nextPageToken: '' }, traces };
    },
    async onPage() {},
    onSlice: (slice) => slices.push(slice),
  });
  const read = (await toArray(given)).map(({ traceId }) => Number(traceId));
  return { read, slices };
}

test('pages that follow each other are all given', async () => {
  const asks = [ask('sequence'), ask('sequence', { pageToken: '2' })];
  assert.deepEqual((await follow(asks, [[1, 2], [3]])).read, [1, 2, 3]);
});

test('what was only looked at is not given, and the first pages are where the others follow', async () => {
  const asks = [ask('sequence'), ask('pilot'), ask('sequence', { pageToken: '2' })];
  assert.deepEqual((await follow(asks, [[1, 2], [50], [3]])).read, [1, 2, 3]);
});

test('of a slice those are given that begin in it, once all of its pages are there', async () => {
  const slice = { startMs: 20, endMs: 40 };
  const asks = [
    ...[ask('sequence'), ask('pilot'), ask('failed')],
    ...[ask('slice', slice), ask('slice', { ...slice, pageToken: '2' })],
    ask('slice', { startMs: 60, endMs: 80 }),
  ];
  const pages = [[1, 25], [50], [70], [19, 20, 30], [39, 40], [79]];
  const { read, slices } = await follow(asks, pages);
  assert.deepEqual(read, [20, 30, 39, 79]);
  assert.deepEqual(slices, [slice, { startMs: 60, endMs: 80 }]);
});
