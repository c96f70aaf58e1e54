import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markWaiters } from '../../../tools/compare/cold-waiters.ts';
import { recordRequest } from '../../../tools/compare/request-record.ts';
import { requestTrace } from './request-trace.ts';

/** A request that its client's HTTP server took up this long after it was sent. */
function record(options: { sequence: number; waitMs: number; cold?: boolean; instance?: string }) {
  const { sequence, waitMs, cold = false, instance = 'one' } = options;
  const made = recordRequest(
    requestTrace({
      sequence,
      cold,
      // Half of a gap lies before the server.
      parts: { httpGap: waitMs * 2 },
      attributes: { 'faas.instance': instance },
    }),
  );
  assert.ok(made);
  return made;
}

const coldness = (...records: readonly ReturnType<typeof record>[]) =>
  markWaiters(records).map(({ cold }) => cold);

test('a request that was sent before its instance could serve is cold too', () => {
  // Sent at 0 and 100 ms, the instance serves from 500 ms on.
  const first = record({ sequence: 0, waitMs: 500, cold: true });
  const waiter = record({ sequence: 1, waitMs: 450 });
  assert.deepEqual(coldness(first, waiter), [true, true]);
});

test('a request that was sent once the instance served is warm', () => {
  const first = record({ sequence: 0, waitMs: 50, cold: true });
  assert.deepEqual(coldness(first, record({ sequence: 1, waitMs: 450 })), [true, false]);
});

test("another instance's start makes no request cold", () => {
  const first = record({ sequence: 0, waitMs: 500, cold: true });
  const other = record({ sequence: 1, waitMs: 1, instance: 'two' });
  assert.deepEqual(coldness(first, other), [true, false]);
});

test('where no first request was seen nothing is cold', () => {
  assert.deepEqual(coldness(record({ sequence: 0, waitMs: 900 })), [false]);
});

test('a request that was sent while the first one was being served is cold too', () => {
  // Served from 50 ms on, for as long as reading the works takes; the other is sent at 100 ms.
  const first = recordRequest(
    requestTrace({
      sequence: 0,
      cold: true,
      parts: { httpGap: 100, read: 400 },
      attributes: { 'faas.instance': 'one' },
    }),
  );
  assert.ok(first);
  assert.deepEqual(coldness(first, record({ sequence: 1, waitMs: 1 })), [true, true]);
});
