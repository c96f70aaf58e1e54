import assert from 'node:assert/strict';
import { faultRow } from '../../harness.ts';
import type { Expectation } from '../../row.ts';

/** What the room above the pressure cannot hold is lost, and breaks one trace in a thousand at most. */
const saturated = (shed: Expectation['shed']): Expectation => ({
  lost: 'any',
  unknown: 'any',
  broken: 'any',
  ...(shed !== undefined && { shed }),
  check({ total, spans, complete, broken }) {
    assert.equal(total.shed, spans.loadgen?.shed, 'only the root decides');
    assert.ok(broken <= 0.001 * (complete + broken), `${broken} of ${complete + broken} broken`);
  },
});

faultRow({
  name: 'Cloud Trace takes 4 s for each write at 60 requests a second, and stored traces are complete',
  load: { perSecond: 60, seconds: 60 },
  fault: {
    afterSeconds: 0,
    forSeconds: 60,
    start: ({ cloud }) => cloud.faults.inject({ service: 'trace-write', delayMs: 4_000 }),
    stop: ({ cloud }) => cloud.faults.clear(),
  },
  expect: saturated('any'),
});

faultRow({
  name: 'Cloud Trace is silent for 60 s at 30 requests a second, and every trace is stored',
  system: { env: { all: { OTEL_BSP_EXPORT_TIMEOUT: '5000' } } },
  load: { perSecond: 30, seconds: 60 },
  fault: {
    afterSeconds: 0,
    forSeconds: 60,
    start: ({ links }) => links.trace.set('silent'),
    stop: ({ links }) => links.trace.set('pass'),
  },
  expect: {},
});

faultRow({
  name: 'Cloud Trace is silent for 60 s at 60 requests a second, and stored traces are complete',
  // A quarter of the default: this outage fills half of the default.
  system: { env: { all: { OTEL_BSP_EXPORT_TIMEOUT: '5000', SPAN_RETRY_QUEUE_BYTES: '4194304' } } },
  load: { perSecond: 60, seconds: 60 },
  fault: {
    afterSeconds: 0,
    forSeconds: 60,
    start: ({ links }) => links.trace.set('silent'),
    stop: ({ links }) => links.trace.set('pass'),
  },
  expect: saturated([1, Number.POSITIVE_INFINITY]),
});
