import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../../lib/until.ts';

describe('until', () => {
  test('gives the outcome of the promise where that comes first', async () => {
    const { signal } = new AbortController();
    assert.equal(await until(Promise.resolve(1), signal), 1);
    await assert.rejects(until(Promise.reject(new Error('failed')), signal), /failed/);
  });

  test("gives the signal's reason where that comes first", async () => {
    const controller = new AbortController();
    const waiting = until(new Promise(() => {}), controller.signal);
    controller.abort(new Error('gone'));
    await assert.rejects(waiting, /gone/);
  });

  test('rejects at once where the signal has aborted already', async () => {
    const signal = AbortSignal.abort(new Error('gone'));
    await assert.rejects(until(Promise.resolve(1), signal), /gone/);
  });

  test('leaves no unhandled rejection of the promise it no longer waits for', async () => {
    const controller = new AbortController();
    const { promise, reject } = Promise.withResolvers<void>();
    const waiting = until(promise, controller.signal);
    controller.abort(new Error('gone'));
    await assert.rejects(waiting, /gone/);
    reject(new Error('late'));
    await new Promise((resolve) => setImmediate(resolve));
  });
});
