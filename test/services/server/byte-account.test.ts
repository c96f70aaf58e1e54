import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as settle } from 'node:timers/promises';
import { createByteAccount } from '../../../services/server/byte-account.ts';

const never = new AbortController().signal;

describe('createByteAccount', () => {
  test('grants what fits, and the rest in the order in which they came', async () => {
    const account = createByteAccount(10);
    const granted: string[] = [];
    const take = (name: string, bytes: number, signal = never) =>
      account
        .reserve(() => bytes, signal)
        .then(({ release }) => {
          granted.push(name);
          return release;
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
    const account = createByteAccount(10);
    (await account.reserve(() => 99, never)).release();
    await account.reserve(() => 10, never);
  });

  test('asks for the size again when its turn comes', async () => {
    const account = createByteAccount(10);
    let bytes = 10;
    const first = await account.reserve(() => 10, never);
    const second = account.reserve(() => bytes, never);
    const third = account.reserve(() => bytes, never);
    bytes = 5;
    first.release();
    await Promise.all([second, third]);
  });

  test('lets the next one pass when one that waits is given up', async () => {
    const account = createByteAccount(10);
    await account.reserve(() => 5, never);
    const caller = new AbortController();
    const large = account.reserve(() => 10, caller.signal);
    const small = account.reserve(() => 5, never);
    caller.abort(new Error('gone'));
    await assert.rejects(large, /gone/);
    await small;
  });

  test('takes back what was granted in the moment in which it was given up', async () => {
    const account = createByteAccount(10);
    const first = await account.reserve(() => 10, never);
    const caller = new AbortController();
    const second = account.reserve(() => 10, caller.signal);
    caller.abort(new Error('gone'));
    first.release();
    await assert.rejects(second, /gone/);
    await account.reserve(() => 10, never);
  });

  test('lets a holder grow without waiting, or refuses', async () => {
    const account = createByteAccount(10);
    const lease = await account.reserve(() => 4, never);
    assert.equal(lease.grow(6), true);
    assert.equal(lease.grow(1), false);
    assert.deepEqual([lease.bytes(), account.takenBytes()], [10, 10]);
    assert.equal(account.take(1), undefined);
    lease.shrinkTo(3);
    assert.deepEqual([lease.bytes(), account.takenBytes()], [3, 3]);
    lease.shrinkTo(5);
    assert.equal(lease.bytes(), 3, 'it shrinks only');
    assert.equal(account.take(7)?.bytes(), 7);
  });

  test('passes bytes from one lease to another past those that wait for them', async () => {
    const account = createByteAccount(10);
    const held = account.takeNone();
    const read = await account.reserve(() => 10, never);
    let isGranted = false;
    const waiting = account
      .reserve(() => 1, never)
      .then(() => {
        isGranted = true;
      });
    held.absorb(read);
    await settle();
    assert.deepEqual([held.bytes(), read.bytes(), isGranted], [10, 0, false]);
    held.shrinkTo(0);
    await waiting;
  });

  test('gives nothing to a lease that was released', async () => {
    const account = createByteAccount(10);
    const lease = await account.reserve(() => 4, never);
    lease.release();
    assert.equal(lease.grow(1), false);
    assert.equal(account.takenBytes(), 0);
  });

  test('counts what is released twice once', async () => {
    const account = createByteAccount(10);
    const lease = await account.reserve(() => 4, never);
    lease.release();
    lease.release();
    assert.equal(account.takenBytes(), 0);
  });
});
