import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  createRetryBudget,
  type LoadTerms,
  NO_TERMS,
} from '../../../services/server/retry-budget.ts';
import { createFakeClock, START } from '../../functions/loadgen/fake-clock.ts';

const { signal } = new AbortController();

function start(options: { terms?: Partial<LoadTerms>; attempts?: number; random?: number } = {}) {
  const clock = createFakeClock();
  const startMs = clock.epochMs();
  const triedAtMs: number[] = [];
  const leftMs: number[] = [];
  const budget = createRetryBudget({
    attempts: options.attempts ?? 3,
    terms: { ...NO_TERMS, ...options.terms },
    clock,
    random: () => options.random ?? 0.5,
  });
  const run = (name: string, failures: number, isTransient = true) => {
    let left = failures;
    return budget.run(
      name,
      async (timeLeftMs) => {
        triedAtMs.push(clock.epochMs() - startMs);
        leftMs.push(timeLeftMs);
        if (left-- > 0) throw new Error(`fault ${failures - left}`);
        return name;
      },
      { signal, isTransient: () => isTransient },
    );
  };
  return { clock, triedAtMs, leftMs, run };
}

describe('createRetryBudget', () => {
  test('pauses up to 100 ms and up to 200 ms, at random from none on', async () => {
    for (const [random, expected] of [
      [0, [0, 0, 0]],
      [0.5, [0, 50, 150]],
      [0.99, [0, 99, 297]],
    ] as const) {
      const { clock, run, triedAtMs } = start({ random });
      const running = run('a', 2);
      await clock.advance(1_000);
      assert.equal(await running, 'a');
      assert.deepEqual(triedAtMs, expected);
    }
  });

  test('gives each name its own attempts, and the last failure where they are used up', async () => {
    const { clock, run, triedAtMs } = start();
    const outcomes = Promise.allSettled([run('a', 9), run('b', 9)]);
    await clock.advance(1_000);
    assert.deepEqual(
      (await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason.message),
      ['fault 3', 'fault 3'],
    );
    assert.equal(triedAtMs.length, 6);
  });

  test('gives the same name asked for again what the runs before have left', async () => {
    const { run, triedAtMs } = start();
    for (let n = 0; n < 3; n += 1) await run('a', 0);
    await assert.rejects(run('a', 0), /a was asked for 3 times/);
    assert.equal(triedAtMs.length, 3);
  });

  for (const [earlierCalls, attempts] of [
    [1, 2],
    [2, 1],
    [9, 1],
  ] as const) {
    test(`leaves ${attempts} attempts to a call that was sent ${earlierCalls} times before`, async () => {
      const { clock, run, triedAtMs } = start({ terms: { earlierCalls: () => earlierCalls } });
      const running = assert.rejects(run('a', 9));
      await clock.advance(1_000);
      await running;
      assert.equal(triedAtMs.length, attempts);
    });
  }

  test('repeats nothing that is not transient', async () => {
    const { run, triedAtMs } = start();
    await assert.rejects(run('a', 9, false), /fault 1/);
    assert.equal(triedAtMs.length, 1);
  });

  test('says so before each second attempt, in whichever run it comes', async () => {
    const attemptsBefore: number[] = [];
    const { clock, run, triedAtMs } = start({
      terms: { onRetry: () => attemptsBefore.push(triedAtMs.length) },
    });
    const running = run('a', 1);
    await clock.advance(1_000);
    await running;
    assert.deepEqual(attemptsBefore, [1]);
    await run('a', 0);
    assert.deepEqual(attemptsBefore, [1, 2]);
  });

  test('begins no pause that would outlast the caller, and tells each attempt what is left', async () => {
    const deadlineMs = () => Date.parse(START) + 140;
    const { clock, run, triedAtMs, leftMs } = start({ terms: { deadlineMs } });
    const running = assert.rejects(run('a', 9), /fault 2/);
    await clock.advance(1_000);
    await running;
    assert.deepEqual(triedAtMs, [0, 50]);
    assert.deepEqual(leftMs, [140, 90]);
  });

  test('asks nothing once the time is over', async () => {
    const { run, triedAtMs } = start({ terms: { deadlineMs: () => 0 } });
    await assert.rejects(run('a', 0), { kind: 'deadlineExceeded' });
    assert.deepEqual(triedAtMs, []);
  });

  test('pauses 2 s in all, where pauses at the same time count once', async () => {
    const { clock, run, triedAtMs } = start();
    const together = Promise.all(Array.from({ length: 30 }, (_, n) => run(`together ${n}`, 1)));
    await clock.advance(1_000);
    await together;
    // 50 ms are gone. Each of these takes 50 ms more.
    for (let n = 0; n < 39; n += 1) {
      const running = run(`alone ${n}`, 1);
      await clock.advance(50);
      await running;
    }
    const before = triedAtMs.length;
    await assert.rejects(run('one more', 1), /fault 1/);
    assert.equal(triedAtMs.length - before, 1);
  });

  test('ends a pause with its signal', async () => {
    const caller = new AbortController();
    const budget = createRetryBudget({ attempts: 3, clock: createFakeClock(), random: () => 0.5 });
    let tries = 0;
    const running = budget.run(
      'a',
      async () => {
        tries += 1;
        setImmediate(() => caller.abort(new Error('gone')));
        throw new Error('fault');
      },
      { signal: caller.signal, isTransient: () => true },
    );
    await assert.rejects(running, /gone/);
    assert.equal(tries, 1);
  });
});
