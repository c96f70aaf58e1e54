import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { parseEnv } from '../../../lib/config.ts';
import { createBatches } from '../../../lib/telemetry/batches.ts';
import { telemetryVariables } from '../../../lib/telemetry/config.ts';
import { createLedger } from '../../../lib/telemetry/ledger.ts';
import { createSpanProcessor } from '../../../lib/telemetry/span-processor.ts';
import { createEndedSpan } from './ended-span.ts';

test('a span that the batch has no room for is counted when it ends, and the rest is exported', async (t) => {
  const config = parseEnv(telemetryVariables, {
    GOOGLE_CLOUD_PROJECT: 'test-project',
    OTEL_SERVICE_NAME: 'client',
    OTEL_BSP_MAX_QUEUE_SIZE: '4',
    OTEL_BSP_SCHEDULE_DELAY: '60000',
  });
  const ledger = createLedger({ hasExporter: true });
  const exported: string[] = [];
  const batches = createBatches({
    config,
    ledger,
    sinks: [{ pack: ({ name }) => Buffer.from(name) }],
    exporter: {
      export(spans) {
        ledger.add('handed', spans.length);
        exported.push(...spans.map(({ parts }) => parts.join('|')));
      },
      async shutdown() {},
    },
  });
  t.after(() => batches.shutdown());
  const entry = createSpanProcessor({ ledger, onFirstSpan: () => {}, isStopped: () => false });
  const tracer = new BasicTracerProvider({ spanProcessors: [entry, batches] }).getTracer('test');
  // A full batch leaves at once; the SDK begins no other export before its answer is through.
  for (let span = 0; span < 11; span += 1) tracer.startSpan(`${span}`).end();
  const { queued, reasons } = ledger.current();
  assert.deepEqual([exported, queued, reasons.queueFull], [['0', '1', '2', '3'], 4, 3]);
  await batches.forceFlush();
  assert.deepEqual(exported, ['0', '1', '2', '3', '4', '5', '6', '7']);
  assert.equal(ledger.current().queued, 0);
});

test('a span that cannot be packed is lost by itself, and counted', async (t) => {
  const ledger = createLedger({ hasExporter: true });
  const exported: string[] = [];
  const batches = createBatches({
    config: parseEnv(telemetryVariables, {
      GOOGLE_CLOUD_PROJECT: 'test-project',
      OTEL_SERVICE_NAME: 'client',
    }),
    ledger,
    sinks: [
      {
        pack({ name }) {
          if (name === 'broken') throw new Error('cannot be packed');
          return Buffer.from(name);
        },
      },
    ],
    exporter: {
      export: (spans) => void exported.push(...spans.map(({ parts }) => parts.join('|'))),
      async shutdown() {},
    },
  });
  t.after(() => batches.shutdown());
  for (const name of ['a', 'broken', 'b']) {
    const end = () => batches.onEnd(createEndedSpan(name));
    ledger.add('started');
    ledger.add('ended');
    if (name === 'broken') assert.throws(end, /cannot be packed/);
    else end();
  }
  await batches.forceFlush();
  assert.deepEqual(exported, ['a', 'b']);
  const { lost, reasons, queued } = ledger.current();
  assert.deepEqual([lost, reasons.exportFailed, queued], [1, 1, 2]);
});
