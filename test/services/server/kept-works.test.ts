import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { trace } from '@opentelemetry/api';
import { createByteAccount } from '../../../services/server/byte-account.ts';
import { createKeptWorks } from '../../../services/server/kept-works.ts';
import { WORKS_LIMITS } from '../../../services/server/limits.ts';
import type { ObjectRef } from '../../../services/server/listing.ts';
import { NoRoom } from '../../../services/server/load-room.ts';
import type { ObjectStore } from '../../../services/server/objects.ts';
import { createRetryBudget } from '../../../services/server/retry-budget.ts';
import { holdTimeouts } from '../../lib/held-timeouts.ts';
import { recordLog } from '../log-lines.ts';
import { recordSpans } from '../spans.ts';

const never = new AbortController().signal;
const spans = recordSpans();

/** A bucket in memory whose listing can be held up or broken. */
function createFakeStore() {
  const texts = new Map<string, { text: string; generation: string }>();
  const calls: string[] = [];
  const state = {
    /** Awaited before each listing. */
    listing: async (_signal: AbortSignal): Promise<void> => {},
    /** Awaited before each download. */
    reading: async (_ref: ObjectRef): Promise<void> => {},
    closed: false,
  };
  const store: ObjectStore = {
    limits: WORKS_LIMITS,
    budget: (terms) => createRetryBudget({ attempts: 3, terms }),
    async list(signal) {
      calls.push('list');
      await state.listing(signal);
      return [...texts].map(
        ([name, { text, generation }]): ObjectRef => ({
          name,
          generation,
          size: text.length,
          crc32c: '',
          gzip: false,
        }),
      );
    },
    async read(ref) {
      calls.push(ref.name);
      await state.reading(ref);
      return [Buffer.from(texts.get(ref.name)?.text ?? '')];
    },
    close: () => {
      state.closed = true;
    },
  };
  return { store, texts, calls, state };
}

function start(ttlMs = 60_000, totalBytes = 1_000_000) {
  const fake = createFakeStore();
  const memory = createByteAccount(totalBytes);
  fake.texts.set('a', { text: 'one', generation: '1' });
  fake.texts.set('b', { text: 'two', generation: '1' });
  const clock = { nowMs: 1_000_000 };
  const { logger, lines } = recordLog();
  const works = createKeptWorks({
    store: fake.store,
    memory,
    ttlMs,
    revalidateWaitMs: 60_000,
    now: () => clock.nowMs,
    logger,
  });
  const read = async (signal = never) => {
    const { snapshot, source } = await works.read(signal);
    return [source, ...snapshot.works.map((work) => work.loweredParts.join(''))];
  };
  return { ...fake, memory, clock, lines, works, read };
}

describe('createKeptWorks', () => {
  test('loads once and keeps the texts until their time is out', async () => {
    const { read, calls, clock } = start();
    assert.deepEqual(await read(), ['loaded', 'one', 'two']);
    clock.nowMs += 59_999;
    assert.deepEqual(await read(), ['kept', 'one', 'two']);
    assert.deepEqual(calls, ['list', 'a', 'b']);
  });

  test('shares one load among requests that come at once', async () => {
    const { read, calls } = start();
    const sources = (await Promise.all([read(), read(), read()])).map(([source]) => source);
    assert.deepEqual(sources, ['loaded', 'shared', 'shared']);
    assert.deepEqual(calls, ['list', 'a', 'b']);
  });

  test('links a request that shares a load to the span that began it', async () => {
    const { read } = start();
    spans.reset();
    const tracer = trace.getTracer('test');
    const within = (name: string) =>
      tracer.startActiveSpan(name, (span) => read().finally(() => span.end()));
    await Promise.all([within('first'), within('second')]);
    const [first] = spans.named('first');
    const [second] = spans.named('second');
    assert.deepEqual(
      second?.links.map((link) => link.context.spanId),
      [first?.spanContext().spanId],
    );
    assert.deepEqual(first?.links, []);
  });

  test('goes on with a load whose first caller has gone away', async () => {
    const { read, state } = start();
    const held = Promise.withResolvers<void>();
    state.listing = () => held.promise;
    const caller = new AbortController();
    const first = read(caller.signal);
    const second = read();
    caller.abort(new Error('gone'));
    await assert.rejects(first, /gone/);
    held.resolve();
    assert.deepEqual(await second, ['shared', 'one', 'two']);
    assert.deepEqual(await read(), ['kept', 'one', 'two']);
  });

  test('revalidates by generation and reads only what has changed', async () => {
    const { read, calls, clock, texts } = start();
    await read();
    texts.set('b', { text: 'changed', generation: '2' });
    texts.delete('a');
    clock.nowMs += 60_000;
    assert.deepEqual(await read(), ['revalidated', 'changed']);
    assert.deepEqual(calls, ['list', 'a', 'b', 'list', 'b']);
    assert.deepEqual(await read(), ['kept', 'changed']);
  });

  test('forgets the text of an object that is gone', async () => {
    const { read, calls, clock, texts } = start();
    await read();
    texts.delete('a');
    clock.nowMs += 60_000;
    await read();
    texts.set('a', { text: 'back', generation: '1' });
    clock.nowMs += 60_000;
    assert.deepEqual(await read(), ['revalidated', 'two', 'back']);
    assert.deepEqual(calls, ['list', 'a', 'b', 'list', 'list', 'a']);
  });

  test('revalidates for every request where the time is zero', async () => {
    const { read, calls } = start(0);
    await read();
    assert.equal((await read())[0], 'revalidated');
    assert.deepEqual(calls, ['list', 'a', 'b', 'list']);
  });

  test('serves stale texts while Storage is down, says so, and asks again later', async () => {
    const { read, calls, clock, state, lines } = start();
    await read();
    state.listing = () => Promise.reject(new Error('ECONNREFUSED'));
    clock.nowMs += 60_000;
    assert.deepEqual(await read(), ['stale', 'one', 'two']);
    clock.nowMs += 4_999;
    assert.deepEqual(await read(), ['stale', 'one', 'two'], 'without asking');
    assert.equal(calls.filter((call) => call === 'list').length, 2);
    assert.equal(lines.length, 1);
    assert.equal(lines[0]?.severity, 'WARNING');
    assert.equal(lines[0]?.ageMs, 60_000);
    assert.match(JSON.stringify(lines[0]), /ECONNREFUSED.*serving stale works/);

    state.listing = async () => {};
    clock.nowMs += 1;
    assert.deepEqual(await read(), ['revalidated', 'one', 'two']);
    assert.deepEqual(await read(), ['kept', 'one', 'two']);
  });

  test('does not wait long for a Storage that hangs while it has texts', async (t) => {
    const timeouts = holdTimeouts(t);
    const { read, clock, state } = start();
    await read();
    const held = Promise.withResolvers<void>();
    state.listing = () => held.promise;
    clock.nowMs += 60_000;
    const reading = read();
    timeouts.pass(60_000);
    assert.deepEqual(await reading, ['stale', 'one', 'two']);
    held.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(await read(), ['kept', 'one', 'two'], 'the revalidation went on');
  });

  test('has no texts to fall back on when the first load fails, and tries again', async () => {
    const { read, state } = start();
    state.listing = () => Promise.reject(new Error('ECONNREFUSED'));
    await assert.rejects(read(), { kind: 'unavailable' });
    state.listing = async () => {};
    assert.deepEqual(await read(), ['loaded', 'one', 'two']);
  });

  test('does not serve works that Storage says are there no longer', async () => {
    const { read, clock, texts } = start();
    await read();
    texts.clear();
    clock.nowMs += 60_000;
    await assert.rejects(read(), { kind: 'failedPrecondition' });
    await assert.rejects(read(), { kind: 'failedPrecondition' });
  });

  test('leaves no unhandled rejection of a load that no caller waits for', async () => {
    const { read, state } = start();
    const held = Promise.withResolvers<void>();
    state.listing = () => held.promise;
    const caller = new AbortController();
    const reading = read(caller.signal);
    caller.abort(new Error('gone'));
    await assert.rejects(reading, /gone/);
    held.reject(new Error('ECONNREFUSED'));
    await new Promise((resolve) => setImmediate(resolve));
  });

  test('ends a load in the background when it is closed', async () => {
    const { works, read, state } = start();
    state.listing = (signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    const reading = read();
    works.close();
    await assert.rejects(reading, { kind: 'unavailable' });
    assert.equal(state.closed, true);
  });
});

describe('memory of kept works', () => {
  test('is what the texts take, once they are read', async () => {
    const { read, memory, texts } = start();
    texts.set('b', { text: 'Ärger—', generation: '1' });
    await read();
    // One byte a character, and two where one of them is not in ISO-8859-1.
    assert.equal(memory.takenBytes(), 3 + 2 * 6);
  });

  test('is taken for old and new texts until the new ones are complete', async () => {
    const { read, memory, clock, texts, state } = start();
    await read();
    texts.set('a', { text: 'other', generation: '2' });
    texts.delete('b');
    clock.nowMs += 60_000;
    const during: number[] = [];
    state.reading = async () => void during.push(memory.takenBytes());
    assert.deepEqual(await read(), ['revalidated', 'other']);
    assert.deepEqual(during, [6 + 3 * 5]);
    assert.equal(memory.takenBytes(), 5);
  });

  test('has no room for both: the old texts go first', async () => {
    const { read, memory, clock, texts, state } = start(60_000, 20);
    await read();
    texts.set('a', { text: 'other', generation: '2' });
    texts.set('b', { text: '', generation: '2' });
    clock.nowMs += 60_000;
    const during: number[] = [];
    state.reading = async () => void during.push(memory.takenBytes());
    assert.deepEqual(await read(), ['revalidated', 'other', '']);
    assert.deepEqual(during, [15, 15]);
    assert.equal(memory.takenBytes(), 5);
  });

  test('is kept for what was read before a load failed, and for nothing else', async () => {
    const { read, memory, state } = start();
    state.reading = async ({ name }) => {
      if (name === 'b') throw new Error('fault');
    };
    await assert.rejects(read(), { kind: 'unavailable' });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(memory.takenBytes(), 3);
  });

  test('is given back by a load that nobody waits for', async () => {
    const { read, memory, state } = start();
    const caller = new AbortController();
    state.reading = async () => {
      caller.abort(new Error('gone'));
      await new Promise((resolve) => setImmediate(resolve));
    };
    await assert.rejects(read(caller.signal), /gone/);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(memory.takenBytes(), 0);
    state.reading = async () => {};
    assert.deepEqual(await read(), ['loaded', 'one', 'two']);
  });

  test('is all of it for the load after one that had no room beside the old texts', async () => {
    const { read, memory, clock, texts, state } = start();
    await read();
    texts.set('a', { text: 'other', generation: '2' });
    clock.nowMs += 60_000;
    state.reading = async () => {
      throw new NoRoom('a');
    };
    await assert.rejects(read(), { kind: 'unavailable', message: /no memory for object "a"/ });
    assert.equal(memory.takenBytes(), 0);
    state.reading = async () => {};
    assert.deepEqual(await read(), ['loaded', 'other', 'two']);
  });
});
