import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { systemClock } from '../../../../../lib/clock.ts';
import { GoogleError } from '../../../../../tools/local/cloud/google-status.ts';
import {
  createQuota,
  READ_UNITS,
  TRACE_QUOTAS,
} from '../../../../../tools/local/cloud/trace/quota.ts';

suite('quotas of Cloud Trace', () => {
  test('are what Google documents for a project and a minute', () => {
    assert.deepEqual(TRACE_QUOTAS, { readUnitsPerMinute: 300, writesPerMinute: 4_800 });
    assert.deepEqual(READ_UNITS, { list: 25, get: 1 });
  });

  test('refuse what goes beyond, which costs nothing, and start again after a minute', () => {
    let nowMs = 0;
    const quota = createQuota({
      metric: 'Read units',
      perMinute: 30,
      projectNumber: '42',
      clock: { ...systemClock, epochMs: () => nowMs },
    });
    quota.take(25);
    assert.throws(
      () => quota.take(25),
      (error) => error instanceof GoogleError && error.code === 'RESOURCE_EXHAUSTED',
    );
    assert.equal(quota.used(), 25);
    quota.take(5);
    nowMs = 59_999;
    assert.throws(() => quota.take(1), /Read units per minute.*project_number:42/);
    nowMs = 60_000;
    quota.take(30);
    assert.equal(quota.used(), 30);
  });
});
