import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as settle } from 'node:timers/promises';
import { createByteAccount } from '../../../services/server/byte-account.ts';
import { createWorksPerRequest } from '../../../services/server/per-request-works.ts';
import { startObjectStore } from './object-store.ts';

/** Nobody goes away; a read that waits for memory that is never given back ends with an error. */
const patient = () => AbortSignal.timeout(30_000);

describe('createWorksPerRequest', () => {
  test('lists and downloads for every request', async (t) => {
    const { storage, store } = await startObjectStore(t);
    storage.put('a', 'text');
    const works = createWorksPerRequest(store);
    assert.equal((await works.read(patient())).source, 'loaded');
    assert.equal((await works.read(patient())).source, 'loaded');
    assert.equal(storage.lists(), 2);
    assert.deepEqual(storage.reads(), ['a', 'a']);
  });

  test('stops reading when its caller goes away', async (t) => {
    const { storage, store } = await startObjectStore(t);
    for (let n = 0; n < 20; n += 1) storage.put(`${n}`, 'text');
    const caller = new AbortController();
    storage.state.fault = (request) => {
      if (request.kind === 'list') return undefined;
      setImmediate(() => caller.abort(new Error('gone')));
      return { kind: 'hang', after: 'request' };
    };
    await assert.rejects(createWorksPerRequest(store).read(caller.signal));
    assert.ok(storage.reads().length <= 8);
  });
  test('downloads 8 objects at a time for each request, and no more', async (t) => {
    const { storage, store } = await startObjectStore(t);
    for (let n = 0; n < 16; n += 1) storage.put(`${n}`, `text ${n}`);
    // Answers each batch of 16, 8 a request, once all of it is there: fewer would never be answered.
    let batch = Promise.withResolvers<void>();
    let waiting = 0;
    const joinBatch = async () => {
      const mine = batch;
      waiting += 1;
      if (waiting < 16) return mine.promise;
      // One more that was sent with these has arrived by the time that this is answered.
      await (await fetch(storage.origin)).text();
      waiting = 0;
      batch = Promise.withResolvers();
      mine.resolve();
    };
    storage.state.fault = ({ kind }) =>
      kind === 'read' ? { kind: 'run', run: joinBatch } : undefined;
    const works = createWorksPerRequest(store);
    await Promise.all([1, 2].map(() => works.read(patient())));
    assert.equal(storage.reads().length, 32);
    assert.equal(storage.state.mostInFlight, 16);
  });

  test('waits before it reads while others hold the memory that it needs', async (t) => {
    const { storage, store } = await startObjectStore(t, { limits: { objects: 10, bytes: 10 } });
    storage.put('a', 'to be');
    storage.put('b', 'or');
    const held = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    storage.state.fault = (request, earlier) => {
      if (request.name !== 'a' || earlier > 0) return undefined;
      begun.resolve();
      return { kind: 'run', run: () => held.promise };
    };
    const works = createWorksPerRequest(store);
    const first = works.read(patient());
    await begun.promise;
    const second = works.read(patient());
    while (storage.lists() < 2) await settle();
    // As long as it takes for a read that did not wait to arrive.
    await (await fetch(storage.origin)).text();
    assert.deepEqual(storage.reads().sort(), ['a', 'b']);
    held.resolve();
    await Promise.all([first, second]);
    assert.equal(storage.reads().length, 4);
  });

  test('takes all the memory for a compressed text only until its length is known', async (t) => {
    const { storage, store } = await startObjectStore(t, { limits: { objects: 10, bytes: 1_000 } });
    storage.put('a', 'x'.repeat(400), '1', true);
    const works = createWorksPerRequest(store);
    const together = Promise.withResolvers<void>();
    let waiting = 0;
    const joinTwo = async () => {
      waiting += 1;
      if (waiting === 2) together.resolve();
      return together.promise;
    };
    await works.read(patient());
    // Only two at a time are answered, so neither may wait for the other.
    storage.state.fault = ({ kind }) =>
      kind === 'read' ? { kind: 'run', run: joinTwo } : undefined;
    await Promise.all([works.read(patient()), works.read(patient())]);
    assert.equal(storage.reads().length, 3);
  });

  test('holds the memory until its caller has searched', async (t) => {
    const { storage, store } = await startObjectStore(t);
    storage.put('a', 'to be');
    const memory = createByteAccount(1_000);
    const { release } = await createWorksPerRequest(store, memory).read(patient());
    assert.equal(memory.takenBytes(), 5);
    release?.();
    assert.equal(memory.takenBytes(), 0);
  });

  test('frees the texts once their caller has searched, and no others', async (t) => {
    const { storage, store } = await startObjectStore(t);
    for (const name of ['a', 'b']) storage.put(name, 'to be\n', '1', name === 'b');
    const works = createWorksPerRequest(store);
    const [first, second] = [await works.read(patient()), await works.read(patient())];
    const textsOf = ({ snapshot }: typeof first) =>
      snapshot.works.flatMap(({ loweredParts }) => loweredParts.map(String));
    assert.deepEqual(textsOf(first), ['to be\n', 'to be\n']);
    first.release?.();
    first.release?.();
    // An unpacked text shares the memory that it was unpacked into.
    assert.deepEqual(textsOf(first), ['', 'to be\n']);
    assert.deepEqual(textsOf(second), ['to be\n', 'to be\n']);
  });

  test('gives all memory back where it fails', async (t) => {
    const { storage, store } = await startObjectStore(t);
    storage.put('a', 'to be');
    storage.put('b', '\0');
    const memory = createByteAccount(1_000);
    await assert.rejects(createWorksPerRequest(store, memory).read(patient()));
    assert.equal(memory.takenBytes(), 0);
  });

  test('never takes more than there is, however many read at once', async (t) => {
    const { storage, store } = await startObjectStore(t, { limits: { objects: 10, bytes: 1_000 } });
    for (const name of ['a', 'b', 'c']) storage.put(name, 'x'.repeat(300), '1', name === 'b');
    const memory = createByteAccount(4_000);
    let most = 0;
    storage.state.fault = () => {
      most = Math.max(most, memory.takenBytes());
      return undefined;
    };
    const works = createWorksPerRequest(store, memory);
    const reading = Array.from({ length: 20 }, async () =>
      (await works.read(patient())).release?.(),
    );
    await Promise.all(reading);
    assert.deepEqual([memory.takenBytes(), most <= 4_000], [0, true]);
  });
});
