import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as settle } from 'node:timers/promises';
import { createPressure } from '../../../lib/telemetry/pressure.ts';
import { createResponseFlush } from '../../../lib/telemetry/response-flush.ts';
import { setRunningTelemetry } from '../../../lib/telemetry/running.ts';
import { flushBeforeResponse } from '../../../lib/telemetry/telemetry.ts';

/** Flushes that the test ends by hand, and a clock that it moves. */
function start() {
  const flushes: PromiseWithResolvers<void>[] = [];
  const clock = { nowMs: 0 };
  const beforeResponse = createResponseFlush(
    () => {
      const flush = Promise.withResolvers<void>();
      flushes.push(flush);
      return flush.promise;
    },
    () => clock.nowMs,
  );
  return { flushes, clock, beforeResponse };
}

test('a response waits for its flush', async () => {
  const { flushes, beforeResponse } = start();
  let answered = false;
  const waiting = beforeResponse().then(() => {
    answered = true;
  });
  await settle();
  assert.equal(answered, false);
  flushes[0]?.resolve();
  await waiting;
});

test('a response waits 100 ms and no longer, while the flush goes on', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { flushes, beforeResponse } = start();
  const waiting = beforeResponse();
  t.mock.timers.tick(100);
  await waiting;
  assert.equal(flushes.length, 1);
});

test('responses at the same time share the flush after the one that runs', async () => {
  const { flushes, beforeResponse } = start();
  const first = beforeResponse();
  const later = [beforeResponse(), beforeResponse(), beforeResponse()];
  assert.equal(flushes.length, 1);
  flushes[0]?.resolve();
  await first;
  await settle();
  assert.equal(flushes.length, 2);
  flushes[1]?.resolve();
  await Promise.all(later);
  assert.equal(flushes.length, 2);
});

test('no response waits for a flush that has hung for a second, and they wait again after it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { flushes, clock, beforeResponse } = start();
  const first = beforeResponse();
  t.mock.timers.tick(100);
  await first;
  clock.nowMs = 1_000;
  // Without a tick of the timer, so it does not wait at all.
  await Promise.all([beforeResponse(), beforeResponse()]);
  flushes[0]?.resolve();
  while (flushes.length < 2) await settle();
  flushes[1]?.resolve();
  await settle();
  let answered = false;
  const waiting = beforeResponse().then(() => {
    answered = true;
  });
  await settle();
  assert.equal(answered, false);
  flushes[2]?.resolve();
  await waiting;
});

test('a cold start that takes half a second does not end the waits', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { clock, beforeResponse } = start();
  const first = beforeResponse();
  t.mock.timers.tick(100);
  await first;
  clock.nowMs = 500;
  let answered = false;
  const second = beforeResponse().then(() => {
    answered = true;
  });
  await settle();
  assert.equal(answered, false);
  t.mock.timers.tick(100);
  await second;
});

test('no response fails because its flush does', async () => {
  const idle = async () => {};
  setRunningTelemetry({
    flush: idle,
    shutdown: idle,
    beforeResponse: () => Promise.reject(new Error('broken')),
    pressure: createPressure({ sources: [] }),
  });
  await flushBeforeResponse();
});
