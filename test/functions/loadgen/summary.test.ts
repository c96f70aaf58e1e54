import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTally, quantiles } from '../../../functions/loadgen/summary.ts';

const RUN = {
  runId: 'run',
  scheduledMinute: '2026-03-01T12:34:00Z',
  seed: 7,
  requests: 10,
  lateAfterMs: 10,
};

describe('createTally', () => {
  it('counts every request exactly once', () => {
    const tally = createTally(RUN);
    for (const delayMs of [0, 10, 10.1, 500, 0, 0]) tally.start(delayMs);
    tally.end({ result: 'ok', fromScheduledMs: 30, fromSendMs: 20 });
    tally.end({ result: 'ok', fromScheduledMs: 40, fromSendMs: 10 });
    tally.end({ result: 'mismatched', fromScheduledMs: 50, fromSendMs: 30 });
    tally.end({ result: 'failed', kind: 'http_503', sent: true });
    tally.end({ result: 'failed', kind: 'http_503', sent: true });
    tally.end({ result: 'failed', kind: 'connect', sent: false });
    tally.shed();
    tally.drop('maxInFlight');
    tally.drop('stopping', 3);
    const summary = tally.summary('stopped');
    assert.deepEqual(summary, {
      ...RUN,
      state: 'stopped',
      sent: 5,
      ok: 2,
      mismatched: 1,
      failed: 3,
      dropped: 4,
      dropReasons: { maxInFlight: 1, stopping: 3, notReady: 0 },
      late: 2,
      shed: 1,
      latencyMs: {
        fromScheduled: { p50: 40, p95: 50, p99: 50 },
        fromSend: { p50: 20, p95: 30, p99: 30 },
      },
      errors: { http_503: 2, connect: 1 },
    });
    const { ok, mismatched, failed, dropped, requests } = summary;
    assert.equal(ok + mismatched + failed + dropped, requests);
  });

  it('gives a snapshot that later requests do not change', () => {
    const tally = createTally(RUN);
    const before = tally.summary('running');
    tally.end({ result: 'failed', kind: 'timeout', sent: true });
    tally.drop('maxInFlight');
    assert.deepEqual(before.errors, {});
    assert.equal(before.dropReasons.maxInFlight, 0);
  });
});

describe('quantiles', () => {
  const cases = [
    { name: 'none', values: [], expected: null },
    { name: 'one', values: [5], expected: { p50: 5, p95: 5, p99: 5 } },
    { name: 'two', values: [2, 1], expected: { p50: 1, p95: 2, p99: 2 } },
    {
      name: '1 to 100',
      values: Array.from({ length: 100 }, (_, index) => 100 - index),
      expected: { p50: 50, p95: 95, p99: 99 },
    },
    { name: 'fractions', values: [1.23456], expected: { p50: 1.235, p95: 1.235, p99: 1.235 } },
  ];
  for (const { name, values, expected } of cases) {
    it(`of ${name}: the nearest rank`, () => {
      const before = [...values];
      assert.deepEqual(quantiles(values), expected);
      assert.deepEqual(values, before, 'the input is not sorted in place');
    });
  }
});
