import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { WORKS_LIMITS, type WorksLimits } from '../../../services/server/limits.ts';
import { createObjectStore } from '../../../services/server/objects.ts';
import {
  createWorksPerRequest,
  decodeText,
  loadSnapshot,
  type Work,
} from '../../../services/server/works.ts';
import { startFakeStorage } from './fake-storage.ts';

const never = new AbortController().signal;

async function start(t: TestContext, limits: WorksLimits = WORKS_LIMITS) {
  const storage = await startFakeStorage();
  const store = createObjectStore({
    apiEndpoint: storage.origin,
    bucket: 'works',
    prefix: '',
    access: 'public',
    attempts: 2,
    attemptTimeoutMs: 5_000,
    retryDelayMs: 1,
    limits,
  });
  t.after(async () => {
    store.close();
    await storage.close();
  });
  return { storage, store };
}

describe('loadSnapshot', () => {
  test('reads every object of the listing and adds up bytes and lines', async (t) => {
    const { storage, store } = await start(t);
    storage.put('a', 'To be\nor not\n');
    storage.put('b', 'that is');
    const snapshot = await loadSnapshot(store, new Map(), never);
    assert.deepEqual(
      snapshot.works.map((work) => work.loweredText),
      ['to be\nor not\n', 'that is'],
    );
    assert.equal(snapshot.bytes, 20);
    assert.equal(snapshot.lines, 3);
  });

  test('reads only what is not known in the generation listed', async (t) => {
    const { storage, store } = await start(t);
    storage.put('a', 'a1', '1');
    storage.put('b', 'b1', '1');
    const known = new Map<string, Work>();
    await loadSnapshot(store, known, never);
    storage.put('b', 'b2', '2');
    storage.put('c', 'c1', '1');
    const snapshot = await loadSnapshot(store, known, never);
    assert.deepEqual(
      snapshot.works.map((work) => work.loweredText),
      ['a1', 'b2', 'c1'],
    );
    assert.deepEqual(storage.reads(), ['a', 'b', 'b', 'c']);
  });

  test('downloads 8 objects at a time and no more, however many loads there are', async (t) => {
    const { storage, store } = await start(t);
    for (let n = 0; n < 16; n += 1) storage.put(`${n}`, `text ${n}`);
    // Answers each batch of 8 once all of it is there: fewer at a time would never be answered.
    let batch = Promise.withResolvers<void>();
    let waiting = 0;
    const joinBatch = async () => {
      const mine = batch;
      waiting += 1;
      if (waiting < 8) return mine.promise;
      // A ninth that was sent with these has arrived by the time that this is answered.
      await (await fetch(storage.origin)).text();
      waiting = 0;
      batch = Promise.withResolvers();
      mine.resolve();
    };
    storage.state.fault = ({ kind }) =>
      kind === 'read' ? { kind: 'run', run: joinBatch } : undefined;
    await Promise.all([1, 2].map(() => loadSnapshot(store, new Map(), never)));
    assert.equal(storage.reads().length, 32);
    assert.equal(storage.state.mostInFlight, 8);
  });

  test('does not wait on for its turn to download when its caller goes away', async (t) => {
    const { storage, store } = await start(t);
    for (let n = 0; n < 8; n += 1) storage.put(`${n}`, `text ${n}`);
    const allTurnsTaken = Promise.withResolvers<void>();
    storage.state.fault = ({ kind }) => {
      if (kind === 'list') return undefined;
      if (storage.reads().length === 8) allTurnsTaken.resolve();
      return { kind: 'hang', after: 'request' };
    };
    const others = new AbortController();
    const first = loadSnapshot(store, new Map(), others.signal);
    await allTurnsTaken.promise;
    const caller = new AbortController();
    const [ref] = await store.list(never);
    assert.ok(ref);
    const waiting = store.read(ref, caller.signal);
    caller.abort(new Error('gone'));
    await assert.rejects(waiting, /gone/);
    assert.equal(storage.reads().length, 8);
    others.abort(new Error('gone too'));
    await assert.rejects(first);
  });

  test('fails its precondition where there is more than is allowed', async (t) => {
    const { storage, store } = await start(t, { objects: 1, bytes: 1_000 });
    for (const name of ['a', 'b']) storage.put(name, 'text');
    await assert.rejects(loadSnapshot(store, new Map(), never), {
      kind: 'failedPrecondition',
      message: /allowed: 1 objects with 1000 bytes in all/,
    });
    assert.deepEqual(storage.reads(), []);
  });

  test('counts the texts as they are unpacked, those it knows too, and keeps none beyond', async (t) => {
    const { storage, store } = await start(t, { objects: 10, bytes: 1_000 });
    storage.put('a', 'x'.repeat(600), '1', true);
    const known = new Map<string, Work>();
    await loadSnapshot(store, known, never);
    storage.put('b', 'x'.repeat(401), '1', true);
    await assert.rejects(loadSnapshot(store, known, never), { kind: 'failedPrecondition' });
    assert.deepEqual([...known.keys()], ['a']);
    storage.put('b', 'x'.repeat(400), '2', true);
    assert.equal((await loadSnapshot(store, known, never)).works.length, 2);
  });

  test('lists anew where an object is replaced between listing and download', async (t) => {
    const { storage, store } = await start(t);
    storage.put('a', 'old', '1');
    storage.put('b', 'same', '1');
    storage.state.fault = (request, earlier) =>
      request.kind === 'read' && request.name === 'a' && earlier === 0
        ? { kind: 'run', run: () => storage.put('a', 'new', '2') }
        : undefined;
    const snapshot = await loadSnapshot(store, new Map(), never);
    assert.deepEqual(
      snapshot.works.map((work) => work.loweredText),
      ['new', 'same'],
    );
    assert.equal(storage.lists(), 2);
  });

  test('is unavailable where the listing never holds still', async (t) => {
    const { storage, store } = await start(t);
    let generation = 1;
    const replace = () => storage.put('a', 'text', String(++generation));
    replace();
    storage.state.fault = ({ kind }) =>
      kind === 'read' ? { kind: 'run', run: replace } : undefined;
    await assert.rejects(loadSnapshot(store, new Map(), never), { kind: 'unavailable' });
    assert.equal(storage.lists(), 3);
  });

  test('is unavailable where one object of many cannot be read', async (t) => {
    const { storage, store } = await start(t);
    for (let n = 0; n < 20; n += 1) storage.put(`${n}`, `text ${n}`);
    storage.state.fault = (request) =>
      request.name === '13' ? { kind: 'corrupt', hash: 'none' } : undefined;
    await assert.rejects(loadSnapshot(store, new Map(), never), { kind: 'unavailable' });
  });

  test('keeps what it has read for the next attempt', async (t) => {
    const { storage, store } = await start(t);
    for (const name of ['a', 'b', 'c']) storage.put(name, name);
    const known = new Map<string, Work>();
    storage.state.fault = (request) =>
      request.name === 'c' ? { kind: 'status', status: 503 } : undefined;
    await assert.rejects(loadSnapshot(store, known, never), { kind: 'unavailable' });
    const before = known.size;
    storage.state.fault = () => undefined;
    await loadSnapshot(store, known, never);
    assert.equal(before, 2);
    assert.equal(storage.reads().length, 2 + 2 + 1);
  });

  test('is unavailable where the bucket cannot be listed', async (t) => {
    const { storage, store } = await start(t);
    storage.state.fault = () => ({ kind: 'status', status: 404 });
    await assert.rejects(loadSnapshot(store, new Map(), never), { kind: 'unavailable' });
    assert.equal(storage.lists(), 1);
  });

  test('fails its precondition where there is nothing to search', async (t) => {
    const { store } = await start(t);
    await assert.rejects(loadSnapshot(store, new Map(), never), {
      kind: 'failedPrecondition',
      message: 'there are no works to search',
    });
  });

  test('says nothing of the inside to the caller and everything in the cause', async (t) => {
    const { storage, store } = await start(t);
    storage.put('secret-name', 'text');
    storage.state.fault = ({ kind }) =>
      kind === 'read' ? { kind: 'status', status: 403 } : undefined;
    await assert.rejects(loadSnapshot(store, new Map(), never), (error: Error) => {
      assert.doesNotMatch(error.message, /secret|403|works\//);
      return error.cause instanceof Error && 'code' in error.cause && error.cause.code === 403;
    });
  });
});

describe('createWorksPerRequest', () => {
  test('lists and downloads for every request', async (t) => {
    const { storage, store } = await start(t);
    storage.put('a', 'text');
    const works = createWorksPerRequest(store);
    assert.equal((await works.read(never)).source, 'loaded');
    assert.equal((await works.read(never)).source, 'loaded');
    assert.equal(storage.lists(), 2);
    assert.deepEqual(storage.reads(), ['a', 'a']);
  });

  test('stops reading when its caller goes away', async (t) => {
    const { storage, store } = await start(t);
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
});

describe('decodeText', () => {
  const cases: [title: string, bytes: number[], text: string][] = [
    ['reads UTF-8', [0xc3, 0xa4, 0xe2, 0x80, 0x94], 'ä—'],
    ['leaves out a byte order mark', [0xef, 0xbb, 0xbf, 0x61], 'a'],
    ['reads what is not UTF-8 as ISO-8859-1', [0xe4, 0x20, 0xe6], 'ä æ'],
    ['does not take ISO-8859-1 for windows-1252', [0xe4, 0x93], 'ä\u0093'],
    ['reads an unfinished UTF-8 sequence as ISO-8859-1', [0x61, 0xc3], 'aÃ'],
    ['reads no bytes as no text', [], ''],
  ];
  for (const [title, bytes, text] of cases) {
    test(title, () => assert.equal(decodeText(Buffer.from(bytes)), text));
  }
});
