import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  LOAD_REQUEST_FIELDS,
  loadRequestSchema,
  scheduledMinuteOf,
  seedOfMinute,
} from '../../../functions/loadgen/contract.ts';

describe('loadRequestSchema', () => {
  it('has a default for every field', () => {
    assert.deepEqual(loadRequestSchema.parse({}), {
      requests: 10,
      intervalMs: 2000,
      maxInFlight: 100,
      checkConnectivity: false,
    });
  });

  it('takes the bounds of every number', () => {
    for (const body of [
      { requests: 1, intervalMs: 0, maxInFlight: 1, seed: 0 },
      { requests: 1000, intervalMs: 600_000, maxInFlight: 1000, seed: 4_294_967_295 },
    ]) {
      assert.deepEqual(loadRequestSchema.parse(body), { checkConnectivity: false, ...body });
    }
  });

  it('names its fields', () => {
    assert.deepEqual(LOAD_REQUEST_FIELDS, [
      'requests',
      'intervalMs',
      'maxInFlight',
      'seed',
      'runId',
      'checkConnectivity',
      'scheduledTime',
    ]);
  });
});

describe('scheduledMinuteOf', () => {
  for (const [time, minute] of [
    ['2026-03-01T12:34:00Z', '2026-03-01T12:34:00Z'],
    ['2026-03-01T12:34:59.999999Z', '2026-03-01T12:34:00Z'],
    ['2026-03-01T12:34:05+05:30', '2026-03-01T07:04:00Z'],
    ['1969-12-31T23:59:30Z', '1969-12-31T23:59:00Z'],
  ] as const) {
    it(`of ${time} is ${minute}`, () => assert.equal(scheduledMinuteOf(new Date(time)), minute));
  }
});

describe('seedOfMinute', () => {
  it('is the number of the minute since the epoch', () => {
    assert.equal(seedOfMinute('1970-01-01T00:00:00Z'), 0);
    assert.equal(seedOfMinute('2026-03-01T12:34:00Z'), 29_539_474);
  });
});
