import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { waitForClient } from '../../../functions/loadgen/readiness.ts';
import { RequestError } from '../../../functions/loadgen/request.ts';
import { type Asked, createFakeClient } from './fake-client.ts';
import { createFakeClock } from './fake-clock.ts';

function start(untilMs: number, onAsked: (asked: Asked, nowMs: number) => void) {
  const clock = createFakeClock();
  const stop = new AbortController();
  const { requests, asked } = createFakeClient((one) => onAsked(one, clock.nowMs()));
  const done = waitForClient({ requests, clock, untilMs, signal: stop.signal });
  return { clock, stop, asked, done };
}

const healthy = { status: 200, body: 'ok' };
const unhealthy = { status: 503, body: '' };

describe('waitForClient', () => {
  it('asks after 1, 2, 4, 8, 16 and 16 s more, until client answers ok', async () => {
    const times: number[] = [];
    const { clock, done } = start(60_000, ({ path, answer }, nowMs) => {
      if (path === '/health') times.push(nowMs);
      answer(times.length === 7 ? healthy : unhealthy);
    });
    await clock.advance(60_000);
    assert.equal(await done, undefined);
    assert.deepEqual(times, [0, 1000, 3000, 7000, 15_000, 31_000, 47_000]);
  });

  it('asks /_healthz where /health is not there, as of the codelab’s own client', async () => {
    const { clock, asked, done } = start(60_000, ({ path, answer }) =>
      answer(path === '/_healthz' ? { status: 200, body: 'ok\n' } : { status: 404, body: '' }),
    );
    await clock.advance(0);
    assert.equal(await done, undefined);
    assert.deepEqual(
      asked.map(({ path }) => path),
      ['/health', '/_healthz'],
    );
  });

  it('does not ask /_healthz where /health answers ok', async () => {
    const { clock, asked, done } = start(60_000, ({ answer }) => answer(healthy));
    await clock.advance(0);
    assert.equal(await done, undefined);
    assert.equal(asked.length, 1);
  });

  it('takes an answer of 200 that is not ok for not ready, and says what came', async () => {
    const { clock, done } = start(500, ({ path, answer }) =>
      answer({ status: 200, body: path === '/health' ? `<html>${'x'.repeat(200)}` : '' }),
    );
    await clock.advance(500);
    assert.equal(
      await done,
      `/health answered 200 "<html>${'x'.repeat(94)}"; /_healthz answered 200 ""`,
    );
  });

  it('says what was wrong the last time when the time is over', async () => {
    const { clock, done } = start(5000, ({ path, answer, fail }, nowMs) => {
      if (nowMs < 3000) answer(unhealthy);
      else if (path === '/health') fail(new RequestError('connect', false, 'refused'));
      else answer({ status: 404, body: 'no' });
    });
    await clock.advance(5000);
    assert.equal(await done, '/health: refused; /_healthz answered 404 "no"');
  });

  it('gives up an answer that does not come when the time is over', async () => {
    const { clock, asked, done } = start(5000, () => {});
    await clock.advance(5000);
    assert.equal(await done, '/health: given up');
    assert.equal(asked.length, 1);
  });

  it('ends at once when it is told to stop', async () => {
    const { clock, stop, asked, done } = start(60_000, ({ answer }) => answer(unhealthy));
    await clock.advance(1500);
    const before = asked.length;
    stop.abort('stopped');
    await clock.advance(0);
    assert.notEqual(await done, undefined);
    assert.ok(asked.length <= before + 1);
  });
});
