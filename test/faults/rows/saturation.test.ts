import assert from 'node:assert/strict';
import { faultRow } from '../harness.ts';

/** So small that a few seconds fill them. The room from 0.75 on is for about 50 spans. */
const SMALL_QUEUES = {
  OTEL_BSP_MAX_QUEUE_SIZE: '256',
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '32',
  SPAN_RETRY_QUEUE_BYTES: '131072',
};

faultRow({
  name: 'Cloud Trace stores less than comes in, and traces are left out completely',
  // The server's queue alone is full: loadgen learns of it through client.
  system: { env: { server: SMALL_QUEUES } },
  // So few at a time that what is in flight fits into the room, however slow the machine is.
  load: { perSecond: 30, seconds: 10, maxInFlight: 10 },
  fault: {
    afterSeconds: 0,
    forSeconds: 10,
    start: ({ cloud }) => cloud.faults.inject({ service: 'trace-write', delayMs: 3_000 }),
    stop: ({ cloud }) => cloud.faults.clear(),
  },
  expect: {
    documented: ['dropped_maxInFlight'],
    shed: [1, Number.POSITIVE_INFINITY],
    check({ requests, total, spans, complete }) {
      assert.equal(total.shed, spans.loadgen?.shed, 'only the root decides');
      // The warm-up has two.
      assert.equal(complete, requests.ok + 2 - total.shed);
    },
  },
});
