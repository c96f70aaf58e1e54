import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../../lib/telemetry/names.ts';
import { recordRequests } from '../../../../tools/compare/cohorts/cold-waiters.ts';
import { recordRequest } from '../../../../tools/compare/cohorts/request-record.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import { normalise } from '../../../../tools/traces/normalise.ts';
import { requestTrace, without, withSpanChanged } from '../../traces/request-trace.ts';

/** A request that its client's HTTP server began to serve this long after it was sent. */
function request(options: { sequence: number; waitMs: number; cold?: boolean; instance?: string }) {
  const { sequence, waitMs, cold = false, instance = 'one' } = options;
  return requestTrace({
    sequence,
    cold,
    // Half of a gap lies before the server.
    parts: { httpGap: waitMs * 2 },
    attributes: { 'faas.instance': instance },
  });
}

const coldness = (...traces: readonly Trace[]) =>
  recordRequests(traces.map(normalise)).map(({ cold }) => cold);

test('a request that was sent before its instance could serve is cold too', () => {
  // Sent at 0 and 100 ms, the instance serves from 500 ms on.
  const first = request({ sequence: 0, waitMs: 500, cold: true });
  const waiter = request({ sequence: 1, waitMs: 450 });
  assert.deepEqual(coldness(first, waiter), [true, true]);
});

test('a request that was sent once the instance served is warm', () => {
  const first = request({ sequence: 0, waitMs: 50, cold: true });
  assert.deepEqual(coldness(first, request({ sequence: 1, waitMs: 450 })), [true, false]);
});

test("another instance's start makes no request cold", () => {
  const first = request({ sequence: 0, waitMs: 500, cold: true });
  const other = request({ sequence: 1, waitMs: 1, instance: 'two' });
  assert.deepEqual(coldness(first, other), [true, false]);
});

test('where no first request was seen nothing is cold', () => {
  assert.deepEqual(coldness(request({ sequence: 0, waitMs: 900 })), [false]);
});

test('a request that was sent while the first one was being served is cold too', () => {
  // Served from 50 ms on, for as long as reading the works takes; the other is sent at 100 ms.
  const first = requestTrace({
    sequence: 0,
    cold: true,
    parts: { httpGap: 100, read: 400 },
    attributes: { 'faas.instance': 'one' },
  });
  assert.deepEqual(coldness(first, request({ sequence: 1, waitMs: 1 })), [true, true]);
});

test('a call from outside that was the first of an instance has its waiters too', () => {
  const outside = without(request({ sequence: 0, waitMs: 500, cold: true }), 1, 2);
  const called = withSpanChanged(outside, 3, {
    attributes: { ...outside.spans[0]?.attributes, [ATTR.parentExternal]: 'true' },
  });
  assert.equal(recordRequest(normalise(called)), null);
  assert.deepEqual(coldness(called, request({ sequence: 6, waitMs: 1 })), [false]);
  assert.deepEqual(coldness(called, request({ sequence: 5, waitMs: 50 })), [true]);
});
