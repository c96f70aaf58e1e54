import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DeadlineError, endsWithin, until, within } from '../../../lib/telemetry/deadline.ts';

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

describe('within', () => {
  test('gives the outcome of work that ends in time, and stops its timer', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let signal: AbortSignal | undefined;
    const outcome = await within(1_000, async (given) => {
      signal = given;
      return 1;
    });
    t.mock.timers.tick(2_000);
    assert.deepEqual([outcome, signal?.aborted], [1, false]);
  });

  test('rejects with DeadlineError once the time is over, and aborts the signal', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let signal: AbortSignal | undefined;
    const waiting = within(1_000, (given) => {
      signal = given;
      return new Promise(() => {});
    });
    t.mock.timers.tick(1_000);
    await assert.rejects(waiting, new DeadlineError(1_000));
    assert.equal(signal?.aborted, true);
  });

  test("rejects with the outer signal's reason where that aborts first", async () => {
    const outer = new AbortController();
    const waiting = within(60_000, () => new Promise(() => {}), {
      outer: outer.signal,
    });
    outer.abort(new Error('gone'));
    await assert.rejects(waiting, /gone/);
  });
});

test('a deadline says what is late, in seconds where they are whole', () => {
  assert.equal(new DeadlineError(30_000).message, 'no answer within 30 s');
  assert.equal(new DeadlineError(1_500, 'no token').message, 'no token within 1500 ms');
});

describe('endsWithin', () => {
  test('says whether the work ended in time', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    assert.equal(await endsWithin(1_000, async () => 'anything'), true);
    const late = endsWithin(1_000, () => new Promise(() => {}));
    t.mock.timers.tick(1_000);
    assert.equal(await late, false);
  });

  test('rejects where the work does', async () => {
    const failing = endsWithin(60_000, () => Promise.reject(new Error('failed')));
    await assert.rejects(failing, /failed/);
  });
});
