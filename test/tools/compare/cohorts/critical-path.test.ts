import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordOf, sampleOf } from '../../../../tools/bench/simulate.ts';
import { contributionOf, nearbyRecords } from '../../../../tools/compare/cohorts/critical-path.ts';
import { PLACE_OF } from '../../../../tools/compare/cohorts/packed-hops.ts';
import type { RequestRecord } from '../../../../tools/compare/cohorts/request-record.ts';

/** Requests of 1 to `count` ms, the slowest first; the hop owns half of each, and 1 ms. */
function requestsOf(count: number) {
  const records = Array.from({ length: count }, (_, index) => {
    const latencyMs = count - index;
    const hops = [sampleOf(0, latencyMs / 2 + 1)];
    return recordOf({ side: 'a', run: 0, sequence: index, paired: true, hops, latencyMs });
  });
  return { records, samples: hopOf(records) };
}

/** The hop of these requests, as other requests lack it. */
const hopOf = (records: readonly RequestRecord[]) => ({
  selfMsOf: (record: RequestRecord) =>
    records.includes(record) ? record.hops.figureAt(PLACE_OF.selfMs(record.hops.layout, 0)) : null,
});

const durations = (records: readonly { durationMs: number | null }[]) =>
  records.map(({ durationMs }) => durationMs);

test('the tenth of the requests around the median and around p95, in their order', () => {
  const { median, p95 } = nearbyRecords(requestsOf(100).records);
  assert.deepEqual(durations(median), [46, 47, 48, 49, 50, 51, 52, 53, 54, 55]);
  assert.deepEqual(durations(p95), [90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
});

test('five at least, and all where there are fewer', () => {
  const { median, p95 } = nearbyRecords(requestsOf(20).records);
  assert.deepEqual(durations(median), [9, 10, 11, 12, 13]);
  assert.deepEqual(durations(p95), [16, 17, 18, 19, 20]);
  assert.equal(nearbyRecords(requestsOf(3).records).p95.length, 3);
});

test('a hop adds its mean own time, and its share of the whole, at each of both', () => {
  const { records, samples } = requestsOf(20);
  assert.deepEqual(contributionOf(samples, nearbyRecords(records)), {
    // Requests of 9 to 13 ms, and of 16 to 20 ms.
    medianMs: 6.5,
    medianShare: 6.5 / 11,
    p95Ms: 10,
    p95Share: 10 / 18,
  });
});

test('a request without the hop adds nothing, and no request says nothing', () => {
  const { records } = requestsOf(20);
  const most = hopOf(records.filter(({ durationMs }) => durationMs !== 9));
  assert.equal(contributionOf(most, nearbyRecords(records))?.medianMs, (6.5 * 5 - 5.5) / 5);
  assert.equal(contributionOf(hopOf([]), nearbyRecords([])), null);
});
