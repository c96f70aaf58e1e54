import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { createTrackedExporter, type TrackedExporter } from '../../../lib/telemetry/exporter.ts';
import { createLedger, type Ledger } from '../../../lib/telemetry/ledger.ts';
import { PackedSpan } from '../../../lib/telemetry/packed-span.ts';
import { createRetryQueue, type QueuedSink } from '../../../lib/telemetry/retry-queue.ts';

type Sink = QueuedSink & { close(): Promise<void> };

/** Four spans, each packed for every sink there may be. */
const SPANS = ['a', 'b', 'c', 'd'].map((name) => new PackedSpan(Array(3).fill(Buffer.from(name))));

function createSink(write: Sink['write'], name = 'sink'): Sink {
  return { name, write, async close() {} };
}
const rejecting = (rejected: number) => createSink(async () => ({ rejected }));
const failing = (message: string, name?: string) =>
  createSink(() => Promise.reject(new Error(message)), name);
const silent = () => createSink(() => new Promise(() => {}));

function setUp(t: TestContext, sinks: readonly Sink[], limitBytes = 100_000) {
  const errors: string[] = [];
  const nothing = () => {};
  const logger = { warn: nothing, info: nothing, debug: nothing, verbose: nothing };
  diag.setLogger(
    { ...logger, error: (...parts) => void errors.push(parts.join(': ')) },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  );
  t.after(() => diag.disable());
  const ledger = createLedger({ hasExporter: true });
  const exporter = createTrackedExporter({
    ledger,
    queues: sinks.map((sink) =>
      createRetryQueue({ sink, limitBytes, batchSpans: 512, timeoutMs: 60_000 }),
    ),
    close: () => Promise.all(sinks.map((sink) => sink.close())),
  });
  t.after(() => exporter.shutdown());
  return { exporter, ledger, errors };
}

type Parts = { exporter: TrackedExporter; ledger: Ledger };

function exportSpans({ exporter, ledger }: Parts): void {
  for (const count of ['started', 'ended'] as const) ledger.add(count, SPANS.length);
  exporter.export(SPANS);
}

test('each sink is given what was packed for it', async (t) => {
  const written: string[] = [];
  const sinks = ['first', 'second'].map((name) =>
    createSink(async (packed) => {
      written.push(`${name}: ${packed.join(' ')}`);
      return { rejected: 0 };
    }),
  );
  const { exporter } = setUp(t, sinks);
  exporter.export(
    ['a', 'b'].map((name) => new PackedSpan([Buffer.from(`${name}1`), Buffer.from(`${name}2`)])),
  );
  await exporter.settled();
  assert.deepEqual(written, ['first: a1 b1', 'second: a2 b2']);
});

test('spans that one sink rejects are lost, whatever the others stored', async (t) => {
  for (const [sinks, stored, exportFailed] of [
    [[rejecting(0)], 4, 0],
    [[rejecting(1), rejecting(0)], 3, 1],
    [[rejecting(1), rejecting(2)], 1, 3],
    [[rejecting(3), rejecting(3)], 0, 4],
    [[rejecting(99)], 0, 4],
    [[rejecting(-1), rejecting(1)], 3, 1],
  ] as const) {
    const parts = setUp(t, sinks);
    const { exporter, ledger } = parts;
    exportSpans(parts);
    await exporter.settled();
    const report = ledger.final();
    assert.deepEqual([report.stored, report.reasons.exportFailed], [stored, exportFailed]);
  }
});

test('a refused batch is reported once a sink, and counted once', async (t) => {
  const sinks = [failing('no', 'first'), failing('never', 'second'), rejecting(1)];
  const parts = setUp(t, sinks);
  const { exporter, ledger, errors } = parts;
  exportSpans(parts);
  await exporter.settled();
  assert.deepEqual(errors, [
    '4 spans were not stored by first: Error: no',
    '4 spans were not stored by second: Error: never',
  ]);
  const { stored, reasons } = ledger.final();
  assert.deepEqual([stored, reasons.exportFailed], [0, 4]);
});

test('a batch waits until the slowest sink has answered', async (t) => {
  const answer = Promise.withResolvers<{ rejected: number }>();
  const parts = setUp(t, [failing('no'), createSink(() => answer.promise)]);
  const { exporter, ledger } = parts;
  exportSpans(parts);
  const { waiting } = ledger.current();
  assert.equal(waiting.spans, 4);
  assert.ok(waiting.bytes > 0);
  answer.resolve({ rejected: 0 });
  await exporter.settled();
  assert.deepEqual(ledger.current().waiting, { spans: 0, bytes: 0 });
});

test('at the end, what a sink has not answered may be stored', (t) => {
  const parts = setUp(t, [silent(), silent()]);
  const { ledger } = parts;
  exportSpans(parts);
  const { stored, lost, reasons } = ledger.final();
  assert.deepEqual([stored, lost, reasons.unanswered], [0, 0, 4]);
});

test('at the end, what waits behind a write without an answer is lost', (t) => {
  const parts = setUp(t, [silent()]);
  const { ledger } = parts;
  for (let batch = 0; batch < 5; batch += 1) exportSpans(parts);
  const { reasons } = ledger.final();
  assert.deepEqual([reasons.unanswered, reasons.stillWaiting], [16, 4]);
});

test('a batch that one queue has no room for is lost, and that is the reason', async (t) => {
  const parts = setUp(t, [rejecting(0)], 100);
  const { exporter, ledger } = parts;
  exportSpans(parts);
  await exporter.settled();
  const { stored, reasons } = ledger.final();
  assert.deepEqual([stored, reasons.retryQueueFull], [0, 4]);
});

test('the fill is that of the fullest queue', async (t) => {
  const parts = setUp(t, [rejecting(0), silent()], 2_000);
  const { exporter } = parts;
  assert.equal(exporter.fill(), 0);
  exportSpans(parts);
  await new Promise(setImmediate);
  assert.ok(exporter.fill() > 0.3 && exporter.fill() < 0.6, String(exporter.fill()));
});

test('settled waits for what is in flight', async (t) => {
  const answer = Promise.withResolvers<{ rejected: number }>();
  const order: string[] = [];
  const parts = setUp(t, [createSink(() => answer.promise)]);
  const { exporter } = parts;
  exportSpans(parts);
  const wait = exporter.settled().then(() => order.push('settled'));
  await new Promise(setImmediate);
  assert.deepEqual(order, []);
  answer.resolve({ rejected: 0 });
  await wait;
});

test('shutdown gives up what is in flight, and closes each sink', async (t) => {
  const stopped = Promise.withResolvers<Error>();
  let closed = 0;
  const sink: Sink = {
    name: 'silent',
    write(_, signal) {
      signal.addEventListener('abort', () => stopped.resolve(signal.reason));
      return new Promise(() => {});
    },
    async close() {
      closed += 1;
    },
  };
  const parts = setUp(t, [sink]);
  const { exporter, ledger } = parts;
  exportSpans(parts);
  await exporter.shutdown();
  assert.equal((await stopped.promise).message, 'the telemetry has stopped');
  assert.equal(closed, 1);
  assert.equal(ledger.final().reasons.unanswered, 4);
});
