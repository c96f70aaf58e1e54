import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withinAttempt } from '../../../services/server/attempt.ts';
import { holdTimeouts } from '../../lib/held-timeouts.ts';

const TIMEOUT_MS = 60_000;

/** Work that goes on until its signal aborts, and then fails with the reason. */
function untilAborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason));
  return promise;
}

describe('withinAttempt', () => {
  test('aborts the signal of the work when its time is over', async (t) => {
    const timeouts = holdTimeouts(t);
    const { signal } = new AbortController();
    const ended = assert.rejects(withinAttempt({ signal, timeoutMs: TIMEOUT_MS }, untilAborted), {
      name: 'TimeoutError',
    });
    timeouts.pass(TIMEOUT_MS);
    await ended;
  });

  test("aborts it with the caller's reason, also where the caller has gone before", async () => {
    const caller = new AbortController();
    const bounds = { signal: caller.signal, timeoutMs: TIMEOUT_MS };
    const ended = assert.rejects(withinAttempt(bounds, untilAborted), /gone/);
    caller.abort(new Error('gone'));
    await ended;
    const isAborted = await withinAttempt(bounds, async (signal) => signal.aborted);
    assert.equal(isAborted, true);
  });

  test('stops listening to the caller when the work has ended', async (t) => {
    const { signal } = new AbortController();
    const removed = t.mock.method(signal, 'removeEventListener');
    await withinAttempt({ signal, timeoutMs: TIMEOUT_MS }, async () => {});
    assert.equal(removed.mock.callCount(), 1);
  });
});
