import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as settle } from 'node:timers/promises';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isTracingSuppressed } from '@opentelemetry/core';
import { createRetryQueue } from '../../../lib/telemetry/retry-queue.ts';
import { FateUnknown, NotStoredYet, type Written } from '../../../lib/telemetry/sink.ts';
import { estimateBytes } from '../../../lib/telemetry/span-bytes.ts';

const TIMEOUT_MS = 5_000;
const BATCH_BYTES = estimateBytes([Buffer.from('a'), Buffer.from('a')]);

type Write = PromiseWithResolvers<Written> & { names: string; signal: AbortSignal };

/** A queue before a sink whose writes the test answers, on a clock that it moves. */
function start(t: TestContext, options: { limitBytes?: number; batchSpans?: number } = {}) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const writes: Write[] = [];
  const queue = createRetryQueue({
    sink: {
      name: 'sink',
      write(spans, signal) {
        const names = spans.join('');
        const write = { ...Promise.withResolvers<Written>(), names, signal };
        writes.push(write);
        return write.promise;
      },
    },
    limitBytes: options.limitBytes ?? 1_000_000,
    batchSpans: options.batchSpans ?? 2,
    timeoutMs: TIMEOUT_MS,
    random: () => 1,
  });
  t.after(() => queue.close());
  /** One batch of two spans of that name. */
  const add = (name: string) => queue.add([Buffer.from(name), Buffer.from(name)]);
  const answer = async (write: number, outcome: Written | Error = { rejected: 0 }) => {
    if (outcome instanceof Error) writes[write]?.reject(outcome);
    else writes[write]?.resolve(outcome);
    await settle();
  };
  const tick = async (ms: number) => {
    t.mock.timers.tick(ms);
    await settle();
  };
  return { queue, add, writes, answer, tick, names: () => writes.map(({ names }) => names) };
}

const away = () => new NotStoredYet('away');

describe('the retry queue', () => {
  test('writes at once, and tells what became of each batch', async (t) => {
    const { add, answer, queue } = start(t);
    const [stored, partly, refused] = ['a', 'b', 'c'].map(add);
    await answer(0);
    await answer(1, { rejected: 1 });
    await answer(2, new Error('never'));
    assert.equal((await stored?.fate)?.lost, 0);
    assert.deepEqual(await partly?.fate, { lost: 1, reason: 'exportFailed' });
    assert.deepEqual(await refused?.fate, { lost: 2, reason: 'exportFailed' });
    assert.equal(queue.bytes(), 0);
  });

  test('sends again what may be stored later, and nothing that is refused for good', async (t) => {
    const { add, answer, tick, names } = start(t);
    add('a');
    await answer(0, away());
    await tick(100);
    await answer(1, new Error('never'));
    await tick(60_000);
    assert.deepEqual(names(), ['aa', 'aa']);
  });

  test('writes four at a time while the backend answers, the oldest first', (t) => {
    const { add, names } = start(t);
    for (const name of 'abcdef') add(name);
    assert.deepEqual(names(), ['aa', 'bb', 'cc', 'dd']);
  });

  test('after a failure writes one at a time, and one more with each success', async (t) => {
    const { add, answer, tick, names } = start(t);
    for (const name of 'abcdefghij') add(name);
    for (const write of [0, 1, 2, 3]) await answer(write, away());
    await tick(100);
    assert.equal(names().length, 5);
    await answer(4);
    assert.equal(names().length, 7);
    await answer(5);
    await answer(6);
    assert.deepEqual(names().slice(4), ['aa', 'bb', 'cc', 'dd', 'ee', 'ff', 'gg']);
  });

  test('pauses 100 ms, doubling up to 1 s', async (t) => {
    const { add, answer, tick, writes } = start(t);
    add('a');
    for (const [write, pauseMs] of [100, 200, 400, 800, 1_000, 1_000].entries()) {
      await answer(write, away());
      await tick(pauseMs - 1);
      assert.equal(writes.length, write + 1, `before ${pauseMs} ms`);
      await tick(1);
      assert.equal(writes.length, write + 2, `after ${pauseMs} ms`);
    }
  });

  test('keeps the order, also where writes come back in another one', async (t) => {
    const { add, answer, tick, names } = start(t);
    for (const name of 'abcde') add(name);
    for (const write of [3, 1, 2, 0]) await answer(write, away());
    await tick(100);
    for (const write of [4, 5, 6, 7, 8]) await answer(write);
    assert.deepEqual(names().slice(4), ['aa', 'bb', 'cc', 'dd', 'ee']);
  });

  test('tries others before a batch that failed three times, and goes on with it at the end', async (t) => {
    const { add, answer, tick, names } = start(t);
    const poison = add('p');
    for (const [write, pauseMs] of [100, 200].entries()) {
      await answer(write, away());
      await tick(pauseMs);
    }
    const others = ['a', 'b'].map(add);
    await answer(2, away());
    await tick(400);
    for (const write of [3, 4]) await answer(write);
    assert.deepEqual(names(), ['pp', 'pp', 'pp', 'aa', 'bb', 'pp']);
    for (const other of others) assert.equal((await other.fate).lost, 0);
    await answer(5, away());
    await tick(100);
    await answer(6);
    assert.equal((await poison.fate).lost, 0);
  });

  test('writes a batch by itself that fails while others succeed', async (t) => {
    const { add, answer, tick, names } = start(t, { batchSpans: 4 });
    for (const name of 'pabcd') add(name);
    for (const write of [0, 1, 2, 3]) await answer(write, away());
    await tick(100);
    for (const pauseMs of [200, 400]) {
      await answer(names().length - 1, away());
      await tick(pauseMs);
    }
    assert.deepEqual(names().slice(4), ['ppaa', 'ppaa', 'bbcc']);
    await answer(6);
    assert.deepEqual(names().slice(7), ['ddpp', 'aa']);
    await answer(7, away());
    await answer(8);
    await tick(100);
    assert.deepEqual(names().slice(9), ['dd', 'pp']);
  });

  test('puts small batches into one write, up to the size of a batch', async (t) => {
    const { add, answer, tick, names } = start(t, { batchSpans: 5 });
    add('a');
    await answer(0, away());
    for (const name of 'bcd') add(name);
    await tick(100);
    await answer(1);
    assert.deepEqual(names().slice(1), ['aabb', 'ccdd']);
  });

  test('puts no more than two megabytes into one write', async (t) => {
    const { queue, answer, tick, names } = start(t, { limitBytes: 10_000_000, batchSpans: 512 });
    const add = (name: string) => queue.add([Buffer.from(name.repeat(900_000))]);
    add('a');
    await answer(0, away());
    for (const name of 'bcd') add(name);
    await tick(100);
    assert.equal(names()[1], 'a'.repeat(900_000) + 'b'.repeat(900_000));
  });

  test('charges rejections of a write to its batches, and no more than they have', async (t) => {
    const { add, answer, tick } = start(t, { batchSpans: 4 });
    const first = add('a');
    await answer(0, away());
    const second = add('b');
    await tick(100);
    await answer(1, { rejected: 3 });
    assert.deepEqual([(await first.fate).lost, (await second.fate).lost], [2, 1]);
  });

  test('gives up an attempt at its deadline, and makes another', async (t) => {
    const { add, answer, tick, writes } = start(t);
    const ticket = add('a');
    await tick(TIMEOUT_MS);
    assert.equal(writes[0]?.signal.aborted, true);
    await tick(100);
    await answer(1);
    assert.equal((await ticket.fate).lost, 0);
  });

  test('waits as long as the backend asks, within half a minute', async (t) => {
    const { add, answer, tick, writes } = start(t);
    add('a');
    await answer(0, new NotStoredYet('busy', { retryAfterMs: 7_000 }));
    await tick(6_999);
    assert.equal(writes.length, 1);
    await tick(1);
    assert.equal(writes.length, 2);
    await answer(1, new NotStoredYet('busy', { retryAfterMs: 3_600_000 }));
    await tick(30_000);
    assert.equal(writes.length, 3);
  });

  test('in a hurry ends a pause, and waits no longer than its own', async (t) => {
    const { add, answer, tick, writes, queue } = start(t);
    add('a');
    await answer(0, new NotStoredYet('busy', { retryAfterMs: 7_000 }));
    queue.hurry();
    assert.equal(writes.length, 2);
    await answer(1, new NotStoredYet('busy', { retryAfterMs: 7_000 }));
    await tick(200);
    assert.equal(writes.length, 3);
  });

  test('begins nothing after its end, and gives up what runs', async (t) => {
    const { add, answer, tick, writes, queue } = start(t);
    add('a');
    await answer(0, away());
    queue.close();
    await tick(60_000);
    add('b');
    assert.equal(writes.length, 1);
  });

  test('writes nothing that is added after its end', (t) => {
    const { add, writes, queue } = start(t);
    queue.close();
    add('a');
    assert.equal(writes.length, 0);
  });

  test('writes untraced, whoever woke it', async (t) => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    t.after(() => context.disable());
    const suppressed: boolean[] = [];
    const queue = createRetryQueue({
      sink: {
        name: 'sink',
        async write() {
          suppressed.push(isTracingSuppressed(context.active()));
          return { rejected: 0 };
        },
      },
      ...{ limitBytes: 100_000, batchSpans: 2, timeoutMs: TIMEOUT_MS },
    });
    t.after(() => queue.close());
    await queue.add([Buffer.from('a')]).fate;
    assert.deepEqual(suppressed, [true]);
  });
});

describe('a batch in the retry queue', () => {
  test('may be stored while it is written', (t) => {
    const { add } = start(t);
    assert.equal(add('a').maybeStored(), true);
  });

  test('is not stored after an answer that says so, but may be after one that never came', async (t) => {
    const { add, answer, tick } = start(t);
    const ticket = add('a');
    await answer(0, away());
    assert.equal(ticket.maybeStored(), false);
    await tick(100);
    await tick(TIMEOUT_MS);
    assert.equal(ticket.maybeStored(), true);
    await tick(1_000);
    await answer(2, away());
    assert.equal(ticket.maybeStored(), true, 'whatever is answered later');
  });

  test('may be stored where the connection broke under the attempt', async (t) => {
    const { add, answer } = start(t);
    const ticket = add('a');
    await answer(0, new NotStoredYet('reset', { maybeStored: true }));
    assert.equal(ticket.maybeStored(), true);
  });

  test('that is refused after an attempt without an answer is counted as unknown', async (t) => {
    const { add, answer, tick } = start(t);
    const ticket = add('a');
    await tick(TIMEOUT_MS);
    await tick(100);
    await answer(1, new Error('never'));
    assert.deepEqual(await ticket.fate, { lost: 2, reason: 'exportTimedOut' });
  });
});

test('a batch that a backend refuses because it failed itself is counted as unknown', async (t) => {
  const { add, answer } = start(t);
  const ticket = add('a');
  await answer(0, new FateUnknown('INTERNAL'));
  assert.deepEqual(await ticket.fate, { lost: 2, reason: 'exportTimedOut' });
});

describe('a retry queue without room', () => {
  const full = (t: TestContext) => {
    const parts = start(t, { limitBytes: 8 * BATCH_BYTES });
    for (const name of 'abcdefgh') parts.add(name);
    return parts;
  };

  test('refuses what arrives, and keeps what is older', async (t) => {
    const { add, queue, answer, names } = full(t);
    assert.equal(queue.fill(), 1);
    assert.deepEqual(await add('i').fate, { lost: 2, reason: 'retryQueueFull' });
    assert.equal(queue.bytes(), 8 * BATCH_BYTES);
    for (let write = 0; write < 8; write += 1) await answer(write);
    assert.equal(names().join(' '), 'aa bb cc dd ee ff gg hh');
  });

  test('refuses until a quarter is free: one long gap', async (t) => {
    const { add, answer } = full(t);
    assert.equal((await add('i').fate).lost, 2);
    await answer(0);
    assert.equal((await add('j').fate).lost, 2, 'an eighth is free');
    await answer(1);
    const ticket = add('k');
    for (let write = 2; write < 9; write += 1) await answer(write);
    assert.equal((await ticket.fate).lost, 0, 'a quarter is free');
  });
});
