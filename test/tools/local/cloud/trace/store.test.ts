import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createTraceStore } from '../../../../../tools/local/cloud/trace/store.ts';
import { createSpan } from '../span.ts';

suite('the trace store', () => {
  test('keeps copies apart: a trace has a span id once, what was stored has both', () => {
    const store = createTraceStore();
    const first = createSpan({ trace: '1', id: 'a', name: 'first' });
    store.write([first, createSpan({ trace: '1', id: 'a', name: 'again' })]);
    store.write([createSpan({ trace: '2', id: 'a' })]);
    assert.deepEqual(store.trace(first.traceId)?.spans, [first]);
    assert.deepEqual(
      store.stored(first.traceId).map(({ name }) => name),
      ['first', 'again'],
    );
    assert.equal(store.traces().length, 2);
    assert.deepEqual(store.stats(), {
      traces: 2,
      spans: 3,
      duplicates: 1,
      evictedTraces: 0,
      evictedSpans: 0,
    });
  });

  test('evicts complete traces, the oldest first, and counts them', () => {
    const store = createTraceStore({ maxSpans: 4 });
    for (const trace of ['1', '2', '3']) {
      store.write([createSpan({ trace, id: 'a' }), createSpan({ trace, id: 'b' })]);
    }
    assert.deepEqual(
      store.traceIds().map((id) => id.at(-1)),
      ['2', '3'],
    );
    const { spans, evictedTraces, evictedSpans } = store.stats();
    assert.deepEqual([spans, evictedTraces, evictedSpans], [4, 1, 2]);
    store.clear();
    assert.deepEqual([store.traces(), store.stats().spans], [[], 0]);
  });

  test('calls listeners with every span until they stop', () => {
    const store = createTraceStore();
    const seen: [string, boolean][] = [];
    const stop = store.onSpan((span, { duplicate }) => seen.push([span.name, duplicate]));
    store.write([createSpan({ trace: '1', id: 'a' }), createSpan({ trace: '1', id: 'a' })]);
    stop();
    store.write([createSpan({ trace: '1', id: 'b' })]);
    assert.deepEqual(seen, [
      ['span', false],
      ['span', true],
    ]);
  });

  test('stores what an annotation makes of a span, until it is taken off', () => {
    const store = createTraceStore();
    const span = createSpan({ trace: '1', id: 'a' });
    const stop = store.annotate((one) => ({ ...one, name: 'marked' }));
    store.write([span]);
    stop();
    store.write([{ ...span, traceId: '2' }]);
    assert.deepEqual(
      store.traces().map(({ spans }) => spans.map(({ name }) => name)),
      [['marked'], ['span']],
    );
  });

  test('gives out copies of its lists', () => {
    const store = createTraceStore();
    const span = createSpan({ trace: '1', id: 'a' });
    store.write([span]);
    store.traces().pop();
    (store.stored(span.traceId) as unknown[]).pop();
    assert.equal(store.trace(span.traceId)?.spans.length, 1);
    assert.equal(store.stored(span.traceId).length, 1);
  });
});
