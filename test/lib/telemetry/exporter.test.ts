import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import {
  createTrackedExporter,
  type SpanSink,
  SpansNotStored,
  type TrackedExporter,
} from '../../../lib/telemetry/exporter.ts';
import { createLedger } from '../../../lib/telemetry/ledger.ts';
import { createEndedSpan } from './ended-span.ts';

const TIMEOUT_MS = 60_000;
const SPANS = ['a', 'b', 'c', 'd'].map(createEndedSpan);

function createSink(write: SpanSink['write'], name = 'sink'): SpanSink {
  return { name, write, async close() {} };
}
const rejecting = (rejected: number) => createSink(async () => ({ rejected }));
const failing = (message: string, name?: string) =>
  createSink(() => Promise.reject(new Error(message)), name);

function setUp(t: TestContext, sinks: readonly SpanSink[]) {
  const errors: string[] = [];
  const nothing = () => {};
  const logger = { warn: nothing, info: nothing, debug: nothing, verbose: nothing };
  diag.setLogger(
    { ...logger, error: (...parts) => void errors.push(parts.join(': ')) },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  );
  t.after(() => diag.disable());
  const ledger = createLedger({ hasExporter: true });
  const prepare = async <T>(spans: T) => spans;
  const exporter = createTrackedExporter({ sinks, ledger, timeoutMs: TIMEOUT_MS, prepare });
  return { exporter, ledger, errors };
}

function exportSpans(exporter: TrackedExporter): Promise<ExportResult> {
  return new Promise((resolve) => exporter.export(SPANS, resolve));
}

test('spans that one sink rejects are lost, whatever the others stored', async (t) => {
  for (const [sinks, stored, exportFailed] of [
    [[rejecting(0)], 4, 0],
    [[rejecting(1), rejecting(0)], 3, 1],
    [[rejecting(1), rejecting(2)], 1, 3],
    [[rejecting(3), rejecting(3)], 0, 4],
    [[rejecting(99)], 0, 4],
    [[rejecting(-1), rejecting(1)], 3, 1],
  ] as const) {
    const { exporter, ledger } = setUp(t, sinks);
    assert.equal((await exportSpans(exporter)).code, ExportResultCode.SUCCESS);
    const report = ledger.report();
    assert.deepEqual([report.stored, report.reasons.exportFailed], [stored, exportFailed]);
  }
});

test('a failed export is reported once a sink, and marked as reported', async (t) => {
  const sinks = [failing('no', 'first'), failing('never', 'second'), rejecting(1)];
  const { exporter, ledger, errors } = setUp(t, sinks);
  const { code, error } = await exportSpans(exporter);
  assert.equal(code, ExportResultCode.FAILED);
  assert.ok(error instanceof SpansNotStored);
  assert.deepEqual(errors, [
    '4 spans were not stored by first: Error: no',
    '4 spans were not stored by second: Error: never',
  ]);
  const { stored, reasons } = ledger.report();
  assert.deepEqual([stored, reasons.exportFailed], [0, 4]);
});

test('a sink that fails does not cut the others short', async (t) => {
  const answer = Promise.withResolvers<{ rejected: number }>();
  const { exporter } = setUp(t, [failing('no'), createSink(() => answer.promise)]);
  let done = false;
  const exported = exportSpans(exporter).then(() => {
    done = true;
  });
  await new Promise(setImmediate);
  assert.equal(done, false);
  answer.resolve({ rejected: 0 });
  await exported;
});

test('spans that cannot be prepared are reported and counted', async (t) => {
  const { ledger, errors } = setUp(t, []);
  const exporter = createTrackedExporter({
    sinks: [rejecting(0)],
    ledger,
    timeoutMs: TIMEOUT_MS,
    prepare: () => Promise.reject(new Error('no resource')),
  });
  assert.ok((await exportSpans(exporter)).error instanceof SpansNotStored);
  assert.deepEqual(errors, ['4 spans were not prepared for export: Error: no resource']);
  assert.equal(ledger.report().reasons.exportFailed, 4);
});

test('a sink without an answer is told to stop, and its spans count as out of time', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const stopped = Promise.withResolvers<void>();
  const silent = createSink((_, signal) => {
    signal.addEventListener('abort', () => stopped.resolve());
    return new Promise(() => {});
  });
  const { exporter, ledger } = setUp(t, [silent, rejecting(0)]);
  const exported = exportSpans(exporter);
  // Only a write that has begun can be stopped.
  await new Promise(setImmediate);
  t.mock.timers.tick(TIMEOUT_MS);
  await exported;
  await stopped.promise;
  const { stored, reasons } = ledger.report();
  assert.deepEqual([stored, reasons.exportTimedOut, reasons.exportFailed], [0, 4, 0]);
});

test('settled and forceFlush wait for what is in flight; shutdown then closes each sink', async (t) => {
  const answer = Promise.withResolvers<{ rejected: number }>();
  const order: string[] = [];
  const slow: SpanSink = {
    name: 'slow',
    write: () => answer.promise,
    async close() {
      order.push('closed');
    },
  };
  const { exporter } = setUp(t, [slow]);
  exporter.export(SPANS, () => order.push('exported'));
  const waits = [
    exporter.settled().then(() => order.push('settled')),
    exporter.forceFlush?.().then(() => order.push('flushed')),
    exporter.shutdown().then(() => order.push('shut down')),
  ];
  await new Promise(setImmediate);
  assert.deepEqual(order, []);
  answer.resolve({ rejected: 0 });
  await Promise.all(waits);
  assert.equal(order[0], 'exported');
  assert.deepEqual(order.slice(-2), ['closed', 'shut down']);
});
