import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createByteAccount } from '../../../services/server/byte-account.ts';
import { memoryFor } from '../../../services/server/load-room.ts';
import type { ObjectStore } from '../../../services/server/objects.ts';
import type { Work } from '../../../services/server/work.ts';
import { loadSnapshot } from '../../../services/server/works.ts';
import { startObjectStore } from './object-store.ts';

const never = new AbortController().signal;

/** A load that nobody else takes memory from. */
function load(store: ObjectStore, known = new Map<string, Work>(), signal = never) {
  const memory = createByteAccount(memoryFor(store.limits));
  return loadSnapshot(store, known, signal, { reserve: async () => memory.takeNone() });
}

describe('loadSnapshot', () => {
  test('reads every object of the listing and adds up bytes and lines', async (t) => {
    const { storage, store } = await startObjectStore(t);
    storage.put('a', 'To be\nor not\n');
    storage.put('b', 'that is');
    const snapshot = await load(store);
    assert.deepEqual(
      snapshot.works.map((work) => work.loweredParts.join('')),
      ['to be\nor not\n', 'that is'],
    );
    assert.equal(snapshot.bytes, 20);
    assert.equal(snapshot.lines, 3);
  });

  test('reads only what is not known in the generation listed', async (t) => {
    const { storage, store } = await startObjectStore(t);
    storage.put('a', 'a1', '1');
    storage.put('b', 'b1', '1');
    const known = new Map<string, Work>();
    await load(store, known);
    storage.put('b', 'b2', '2');
    storage.put('c', 'c1', '1');
    const snapshot = await load(store, known);
    assert.deepEqual(
      snapshot.works.map((work) => work.loweredParts.join('')),
      ['a1', 'b2', 'c1'],
    );
    assert.deepEqual(storage.reads(), ['a', 'b', 'b', 'c']);
  });

  test('does not wait on for its turn to download when its caller goes away', async (t) => {
    const { storage, store } = await startObjectStore(t);
    for (let n = 0; n < 9; n += 1) storage.put(`${n}`, `text ${n}`);
    const allTurnsTaken = Promise.withResolvers<void>();
    storage.state.fault = ({ kind }) => {
      if (kind === 'list') return undefined;
      if (storage.reads().length === 8) allTurnsTaken.resolve();
      return { kind: 'hang', after: 'request' };
    };
    const caller = new AbortController();
    const loading = load(store, new Map(), caller.signal);
    await allTurnsTaken.promise;
    caller.abort(new Error('gone'));
    await assert.rejects(loading);
    assert.equal(storage.reads().length, 8);
  });

  test('fails its precondition where there is more than is allowed', async (t) => {
    const { storage, store } = await startObjectStore(t, { limits: { objects: 1, bytes: 1_000 } });
    for (const name of ['a', 'b']) storage.put(name, 'text');
    await assert.rejects(load(store), {
      kind: 'failedPrecondition',
      message: /up to object "b"; allowed: 1 objects with 1000 bytes in all/,
    });
    assert.deepEqual(storage.reads(), []);
  });

  test('counts the texts as they are unpacked, those it knows too, and keeps none beyond', async (t) => {
    const { storage, store } = await startObjectStore(t, { limits: { objects: 10, bytes: 1_000 } });
    storage.put('a', 'x'.repeat(600), '1', true);
    const known = new Map<string, Work>();
    await load(store, known);
    storage.put('b', 'x'.repeat(401), '1', true);
    await assert.rejects(load(store, known), { kind: 'failedPrecondition' });
    assert.deepEqual([...known.keys()], ['a']);
    storage.put('b', 'x'.repeat(400), '2', true);
    assert.equal((await load(store, known)).works.length, 2);
  });

  test('lists again where an object is replaced between listing and download', async (t) => {
    const { storage, store } = await startObjectStore(t);
    storage.put('a', 'old', '1');
    storage.put('b', 'same', '1');
    storage.state.fault = (request, earlier) =>
      request.kind === 'read' && request.name === 'a' && earlier === 0
        ? { kind: 'run', run: () => storage.put('a', 'new', '2') }
        : undefined;
    const snapshot = await load(store);
    assert.deepEqual(
      snapshot.works.map((work) => work.loweredParts.join('')),
      ['new', 'same'],
    );
    assert.equal(storage.lists(), 2);
  });

  test('is unavailable where the listing never holds still', async (t) => {
    const { storage, store } = await startObjectStore(t, { attempts: 3 });
    let generation = 1;
    const replace = () => storage.put('a', 'text', String(++generation));
    replace();
    storage.state.fault = ({ kind }) =>
      kind === 'read' ? { kind: 'run', run: replace } : undefined;
    await assert.rejects(load(store), { kind: 'unavailable' });
    assert.equal(storage.lists(), 3);
  });

  test('is unavailable where one object of many cannot be read', async (t) => {
    const { storage, store } = await startObjectStore(t);
    for (let n = 0; n < 20; n += 1) storage.put(`${n}`, `text ${n}`);
    storage.state.fault = (request) =>
      request.name === '13' ? { kind: 'corrupt', hash: 'none' } : undefined;
    await assert.rejects(load(store), { kind: 'unavailable' });
  });

  test('keeps what it has read for the next attempt', async (t) => {
    const { storage, store } = await startObjectStore(t);
    for (const name of ['a', 'b', 'c']) storage.put(name, name);
    const known = new Map<string, Work>();
    storage.state.fault = (request) =>
      request.name === 'c' ? { kind: 'status', status: 503 } : undefined;
    await assert.rejects(load(store, known), { kind: 'unavailable' });
    const before = known.size;
    storage.state.fault = () => undefined;
    await load(store, known);
    assert.equal(before, 2);
    assert.equal(storage.reads().length, 2 + 2 + 1);
  });

  for (const status of [400, 401, 403, 404, 410]) {
    test(`fails its precondition, at once, where Storage refuses the listing with ${status}`, async (t) => {
      const { storage, store } = await startObjectStore(t);
      storage.state.fault = () => ({ kind: 'status', status });
      await assert.rejects(load(store), {
        kind: 'failedPrecondition',
        message: `Cloud Storage refuses to give the works (HTTP ${status}); the server's log has its reason`,
      });
      assert.equal(storage.lists(), 1);
    });
  }

  for (const status of [408, 429, 500, 503]) {
    test(`is unavailable where Storage answers ${status} to the end`, async (t) => {
      const { storage, store } = await startObjectStore(t);
      storage.state.fault = () => ({ kind: 'status', status });
      await assert.rejects(load(store), { kind: 'unavailable' });
      assert.equal(storage.lists(), 2);
    });
  }

  test('refuses an object that is no text, by name, and counts nothing', async (t) => {
    const { storage, store } = await startObjectStore(t);
    storage.put('play.txt', 'to be');
    storage.put('scan\n.pdf', '%PDF-1.7 to be');
    await assert.rejects(load(store), {
      kind: 'failedPrecondition',
      message:
        'object "scan\\n.pdf" cannot be searched: it holds a PDF document; allowed: text in UTF-8, ' +
        'in UTF-16 with a byte order mark or in ISO-8859-1, stored as it is or as gzip',
    });
    assert.equal(storage.lists(), 1);
  });

  test('fails its precondition where there is nothing to search', async (t) => {
    const { store } = await startObjectStore(t);
    await assert.rejects(load(store), {
      kind: 'failedPrecondition',
      message: 'there are no works to search',
    });
  });

  test('says nothing of the inside to the caller and everything in the cause', async (t) => {
    const { storage, store } = await startObjectStore(t);
    storage.put('secret-name', 'text');
    storage.state.fault = ({ kind }) =>
      kind === 'read' ? { kind: 'status', status: 403 } : undefined;
    await assert.rejects(load(store), (error: Error) => {
      assert.doesNotMatch(error.message, /secret|fault/);
      return error.cause instanceof Error && 'code' in error.cause && error.cause.code === 403;
    });
  });
});
