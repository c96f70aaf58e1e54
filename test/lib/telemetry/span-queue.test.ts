import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExportResultCode } from '@opentelemetry/core';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { createSpanQueueCount } from '../../../lib/telemetry/span-queue.ts';

/** The SDK's own queue of four spans, in batches of two, whose exporter has not answered yet. */
function setUp() {
  const queue = createSpanQueueCount(4);
  const exported: number[] = [];
  const answers: (() => void)[] = [];
  const exporter = {
    export(spans: readonly unknown[], done: (result: { code: ExportResultCode }) => void) {
      exported.push(spans.length);
      answers.push(() => done({ code: ExportResultCode.SUCCESS }));
    },
    shutdown: async () => {},
  };
  const nothing = async () => {};
  const provider = new BasicTracerProvider({
    spanProcessors: [
      { onStart() {}, onEnd: queue.enter, forceFlush: nothing, shutdown: nothing },
      new BatchSpanProcessor(queue.leaving(exporter), { maxQueueSize: 4, maxExportBatchSize: 2 }),
    ],
  });
  const end = (spans: number) => {
    for (let span = 0; span < spans; span++) provider.getTracer('test').startSpan('x').end();
  };
  return { queue, exported, answers, end, provider };
}

test('the count follows the queue: what ends, what is dropped, what is exported', async () => {
  const { queue, exported, answers, end, provider } = setUp();
  end(1);
  assert.equal(queue.fill(), 0.25);
  end(1);
  // A full batch is exported at once.
  assert.deepEqual([queue.fill(), exported], [0, [2]]);
  end(3);
  assert.equal(queue.fill(), 0.75);
  end(4);
  assert.equal(queue.fill(), 1);
  const flushed = provider.forceFlush();
  assert.deepEqual([queue.fill(), exported], [0, [2, 2, 2]]);
  for (const answer of answers) answer();
  await flushed;
});
