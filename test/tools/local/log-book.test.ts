import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLogBook, renderLogTail, timeOf, withLogs } from '../../../tools/local/log-book.ts';
import type { LogLine } from '../../../tools/local/platforms/platform.ts';
import { normalise } from '../../../tools/traces/normalise.ts';
import { createWaterfall } from '../../../tools/traces/waterfall.ts';
import { createRequestTrace, spanId } from './example-traces.ts';

const waterfall = createWaterfall(normalise(createRequestTrace({ platform: 'gcp_cloud_run' })));

const entry = (line: LogLine['line'], platform: LogLine['platform'] = 'gke'): LogLine => ({
  platform,
  program: 'server',
  instanceId: 'i',
  line,
});

const MIB = 1_024 * 1_024;
const ARRIVED_MS = 1_700_000_000_500;
const entryOf = (line: Record<string, unknown>) => ({
  ...entry(line),
  line,
  arrivedMs: ARRIVED_MS,
});

const linked = (span: string, atMs: number, traceId = waterfall.traceId) => ({
  severity: 'INFO',
  message: 'GetMatchCount',
  time: new Date(waterfall.startMs + atMs).toISOString(),
  grpcCode: 0,
  'logging.googleapis.com/trace': `projects/p/traces/${traceId}`,
  'logging.googleapis.com/spanId': span,
});

describe('a log book', () => {
  it('finds the lines of one trace, and keeps the newest ten thousand', () => {
    const book = createLogBook();
    book.add(entry(linked(spanId(1), 1, 'b'.repeat(32))));
    book.add(entry(linked(spanId(5), 70)));
    book.add(entry(linked(spanId(5), 71), 'cloud_run'));
    assert.equal(book.ofTrace(waterfall.traceId).length, 2);
    for (let index = 0; index < 10_000; index += 1) book.add(entry({ message: 'other' }));
    assert.equal(book.ofTrace(waterfall.traceId).length, 0);
  });

  it('keeps the newest lines of 16 MiB together, and none that is longer by itself', () => {
    const book = createLogBook();
    const kept = () => book.lines('gke').map(({ line }) => line.message);
    // A line of so many bytes, less one.
    const long = (bytes: number) => 'é'.repeat((bytes - '{"message":""}\n'.length - 1) / 2);
    const half = `h${long(8 * MIB)}`;
    book.add(entry({ message: 'first' }));
    book.add(entry({ message: half }));
    assert.equal(kept().length, 2);
    book.add(entry({ message: half }));
    assert.deepEqual(kept(), [half, half]);
    assert.equal(Buffer.byteLength(book.render()), 16 * MIB);
    book.add(entry({ message: 'last' }));
    assert.deepEqual(kept(), [half, 'last']);
    book.add(entry({ message: `${long(16 * MIB)}hh` }));
    assert.deepEqual(kept(), [half, 'last']);
    const longest = `h${long(16 * MIB)}`;
    book.add(entry({ message: longest }));
    assert.deepEqual(kept(), [longest]);
  });
});

describe('timeOf', () => {
  for (const [time, ms] of [
    ['2023-11-14T22:13:20.123Z', 1_700_000_000_123],
    ['2023-11-14T22:13:20.123250000Z', 1_700_000_000_123.25],
    ['2023-11-14T23:13:20.1234+01:00', 1_700_000_000_123.4],
    ['2023-11-14T22:13:20Z', 1_700_000_000_000],
  ] as const) {
    it(`reads ${time}`, () => assert.equal(timeOf(entryOf({ time })), ms));
  }

  it('is when a line arrived that says no time, or none that can be read', () => {
    for (const time of [undefined, 'yesterday']) {
      assert.equal(timeOf(entryOf({ time })), ARRIVED_MS);
    }
    const { time: _, ...line } = linked(spanId(5), 70);
    const book = createLogBook(() => waterfall.startMs + 65);
    book.add(entry(line));
    const [event] = withLogs(waterfall, book.lines('gke')).spans[5]?.events ?? [];
    assert.equal(event?.offsetMs, 65);
  });
});

describe('withLogs', () => {
  it('puts each line of the trace among the events of its span, in the order of their times', () => {
    const book = createLogBook();
    book.add(entry(linked(spanId(5), 70)));
    book.add(entry(linked(spanId(5), 60)));
    book.add(entry(linked(spanId(5), 60, 'b'.repeat(32))));
    book.add(entry(linked(spanId(0), 1), 'cloud_run'));
    book.add(entry('plain text'));
    const shown = withLogs(waterfall, book.lines('gke'));
    assert.deepEqual(
      shown.spans.map(({ events }) => events?.map(({ name, offsetMs }) => [name, offsetMs])),
      waterfall.spans.map((_, index) =>
        index === 5 ? [60, 70].map((at) => ['log INFO GetMatchCount', at]) : [],
      ),
    );
  });
});

describe('renderLogTail', () => {
  it('shows the lines of requests by their times, with their fields and without the links', () => {
    const book = createLogBook();
    book.add(entry({ ...linked(spanId(5), 70), durationMs: 3 }));
    const httpRequest = { requestMethod: 'GET', requestUrl: '/', status: 200, latency: '0.1s' };
    const { grpcCode: _, ...line } = linked(spanId(5), 60);
    book.add(entry({ ...line, message: 'earlier', httpRequest }));
    book.add(entry({ severity: 'INFO', message: 'listening', time: '2026-01-01T00:00:00.000Z' }));
    const text = renderLogTail('GKE (local)', book.lines('gke'));
    assert.deepEqual(text.split('\n').slice(3, -1), [
      '03:04:05.060  server   INFO  earlier requestUrl=/ latency=0.1s',
      '03:04:05.070  server   INFO  GetMatchCount grpcCode=0 durationMs=3',
    ]);
  });

  it('cuts a line at 100 columns', () => {
    const book = createLogBook();
    book.add(entry({ ...linked(spanId(5), 70), long: 'x'.repeat(200) }));
    const last = renderLogTail('GKE', book.lines('gke')).split('\n').at(-2) ?? '';
    assert.equal(last.length, 100);
    assert.ok(last.endsWith('…'));
  });
});
