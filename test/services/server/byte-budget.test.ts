import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as settle } from 'node:timers/promises';
import { createByteBudget } from '../../../services/server/byte-budget.ts';

const never = new AbortController().signal;

describe('createByteBudget', () => {
  test('grants what fits, and the rest in the order in which they came', async () => {
    const budget = createByteBudget(10);
    const granted: string[] = [];
    const take = (name: string, bytes: number, signal = never) =>
      budget
        .reserve(() => bytes, signal)
        .then((giveBack) => {
          granted.push(name);
          return giveBack;
        });
    const [first, second] = await Promise.all([take('first', 6), take('second', 4)]);
    const third = take('third', 8);
    const small = take('small', 1);
    first();
    await settle();
    assert.deepEqual(granted, ['first', 'second'], 'the small one does not pass the third');
    second();
    (await third)();
    (await small)();
    assert.deepEqual(granted, ['first', 'second', 'third', 'small']);
  });

  test('grants the total to one that asks for more', async () => {
    const budget = createByteBudget(10);
    (await budget.reserve(() => 99, never))();
    await budget.reserve(() => 10, never);
  });

  test('asks for the size again when its turn comes', async () => {
    const budget = createByteBudget(10);
    let bytes = 10;
    const first = await budget.reserve(() => 10, never);
    const second = budget.reserve(() => bytes, never);
    const third = budget.reserve(() => bytes, never);
    bytes = 5;
    first();
    await Promise.all([second, third]);
  });

  test('lets the next one pass when one that waits is given up', async () => {
    const budget = createByteBudget(10);
    await budget.reserve(() => 5, never);
    const caller = new AbortController();
    const large = budget.reserve(() => 10, caller.signal);
    const small = budget.reserve(() => 5, never);
    caller.abort(new Error('gone'));
    await assert.rejects(large, /gone/);
    await small;
  });

  test('takes back what was granted in the moment in which it was given up', async () => {
    const budget = createByteBudget(10);
    const first = await budget.reserve(() => 10, never);
    const caller = new AbortController();
    const second = budget.reserve(() => 10, caller.signal);
    caller.abort(new Error('gone'));
    first();
    await assert.rejects(second, /gone/);
    await budget.reserve(() => 10, never);
  });
});
