import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTraceStore } from '../../../tools/local/cloud/trace/store.ts';
import { watchTraces } from '../../../tools/local/watch-traces.ts';
import { createRequestTrace, failedTrace } from './example-traces.ts';

const GATHER_MS = 250;
const TRACE = createRequestTrace({ platform: 'gcp_cloud_run' });

describe('watchTraces', () => {
  it('prints a trace once, when its last span has arrived', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const store = createTraceStore();
    const lines: string[] = [];
    t.after(watchTraces(store, (line) => lines.push(line)));
    store.write(TRACE.spans.slice(1));
    t.mock.timers.tick(GATHER_MS);
    assert.deepEqual(lines, []);
    store.write(TRACE.spans.slice(0, 1));
    store.write(TRACE.spans.slice(0, 1));
    t.mock.timers.tick(GATHER_MS);
    store.write(TRACE.spans.slice(0, 1));
    t.mock.timers.tick(GATHER_MS);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /Cloud Run \(local\).*100 ms.*8 spans.*"world".*52 lines/);
  });

  it('prints traces of one moment in the order of their start, at its end at the latest', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const store = createTraceStore();
    const told: string[] = [];
    const stop = watchTraces(store, (line) => told.push(/ ([a-d])\1{7} /.exec(line)?.[1] ?? '?'));
    const write = (digit: string, laterMs: number) =>
      store.write(
        TRACE.spans.map((span) => ({
          ...span,
          traceId: digit.repeat(32),
          startMs: span.startMs + laterMs,
          endMs: span.endMs + laterMs,
        })),
      );
    write('c', 2000);
    write('a', 0);
    write('b', 1000);
    assert.deepEqual(told, []);
    t.mock.timers.tick(GATHER_MS);
    assert.deepEqual(told, ['a', 'b', 'c']);
    write('d', 500);
    stop();
    assert.deepEqual(told, ['a', 'b', 'c', 'd']);
  });

  it('remembers a bounded number of traces that it printed', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const store = createTraceStore();
    const lines: string[] = [];
    t.after(watchTraces(store, (line) => lines.push(line), { mostPrinted: 2 }));
    const traces = ['a', 'b', 'c'].map((digit) => {
      const spans = TRACE.spans.map((span) => ({ ...span, traceId: digit.repeat(32) }));
      store.write(spans);
      return spans;
    });
    t.mock.timers.tick(GATHER_MS);
    assert.equal(lines.length, 3);
    for (const spans of traces.slice(1)) store.write(spans.slice(0, 1));
    t.mock.timers.tick(GATHER_MS);
    assert.equal(lines.length, 3, 'copies of what it keeps make no second line');
    store.write(traces[0]?.slice(0, 1) ?? []);
    t.mock.timers.tick(GATHER_MS);
    assert.equal(lines.length, 4, 'the first was forgotten');
  });

  it('reports a trace that is still incomplete after 12 s', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const store = createTraceStore();
    const lines: string[] = [];
    t.after(watchTraces(store, (line) => lines.push(line)));
    store.write(TRACE.spans.filter((_, index) => index !== 3));
    assert.deepEqual(lines, []);
    t.mock.timers.tick(12_000);
    t.mock.timers.tick(GATHER_MS);
    assert.match(lines[0] ?? '', /INCOMPLETE/);
  });

  it('waits for the spans that say where a failed request ended', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const store = createTraceStore();
    const lines: string[] = [];
    t.after(watchTraces(store, (line) => lines.push(line)));
    const { spans } = failedTrace({ platform: 'gcp_cloud_run' });
    store.write(spans.slice(0, 2));
    t.mock.timers.tick(GATHER_MS);
    store.write(spans.slice(2, 5));
    t.mock.timers.tick(GATHER_MS);
    assert.deepEqual(lines, []);
    store.write(spans.slice(5));
    t.mock.timers.tick(GATHER_MS);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /✗ 504: server was still busy when client gave up$/);
  });

  it('says after 12 s that they did not come', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const store = createTraceStore();
    const lines: string[] = [];
    t.after(watchTraces(store, (line) => lines.push(line), { slowness: () => 2 }));
    store.write(failedTrace({ platform: 'gcp_cloud_run' }).spans.slice(0, 5));
    t.mock.timers.tick(12_000);
    t.mock.timers.tick(GATHER_MS);
    assert.deepEqual(lines, [], 'on a machine that is twice as slow it waits twice as long');
    t.mock.timers.tick(12_000);
    t.mock.timers.tick(GATHER_MS);
    assert.match(lines[0] ?? '', /✗ 504: client gave up, and server has no span$/);
  });

  it('draws the first broken trace with its orphan, and not those after it', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const store = createTraceStore();
    const lines: string[] = [];
    t.after(watchTraces(store, (line) => lines.push(line)));
    for (const digit of ['a', 'b']) {
      const { spans } = createRequestTrace({
        platform: 'gcp_cloud_run',
        traceId: digit.repeat(32),
        change: (span, index) => (index === 4 ? null : span),
      });
      store.write(spans);
      t.mock.timers.tick(12_000);
      t.mock.timers.tick(GATHER_MS);
    }
    assert.deepEqual(
      lines.map((line) => /! orphan: its parent is not in the trace/.test(line)),
      [false, true, false],
    );
  });
});
