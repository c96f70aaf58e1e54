import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { waitForClient } from '../../../functions/loadgen/readiness.ts';
import { RequestError } from '../../../functions/loadgen/request.ts';
import { type Asked, createFakeClient } from './fake-client.ts';
import { createFakeClock } from './fake-clock.ts';

function start(untilMs: number, onAsked: (asked: Asked, attempt: number) => void) {
  const clock = createFakeClock();
  const stop = new AbortController();
  const times: number[] = [];
  const { requests } = createFakeClient((asked) => {
    times.push(clock.nowMs());
    onAsked(asked, times.length);
  });
  const done = waitForClient({ requests, clock, untilMs, signal: stop.signal });
  return { clock, stop, times, done };
}

const healthy = { status: 200, body: 'ok' };
const unhealthy = { status: 503, body: '' };

describe('waitForClient', () => {
  it('asks /health after 1, 2, 4, 8, 16 and 16 s more, until it answers', async () => {
    const { clock, times, done } = start(60_000, ({ answer }, attempt) =>
      answer(attempt === 7 ? healthy : unhealthy),
    );
    await clock.advance(60_000);
    assert.equal(await done, undefined);
    assert.deepEqual(times, [0, 1000, 3000, 7000, 15_000, 31_000, 47_000]);
  });

  it('tells what was wrong the last time when the time is over', async () => {
    const { clock, times, done } = start(5000, ({ answer, fail }, attempt) =>
      attempt < 3 ? answer(unhealthy) : fail(new RequestError('connect', false, 'refused')),
    );
    await clock.advance(5000);
    assert.equal(await done, 'refused');
    assert.deepEqual(times, [0, 1000, 3000]);
  });

  it('gives up an answer that does not come when the time is over', async () => {
    const { clock, done } = start(5000, () => {});
    await clock.advance(5000);
    assert.equal(await done, 'given up');
  });

  it('ends at once when it is told to stop', async () => {
    const { clock, stop, times, done } = start(60_000, ({ answer }) => answer(unhealthy));
    await clock.advance(1500);
    stop.abort('stopped');
    await clock.advance(0);
    assert.notEqual(await done, undefined);
    assert.ok(times.length <= 3);
  });
});
