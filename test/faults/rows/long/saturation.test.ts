import assert from 'node:assert/strict';
import { faultRow } from '../../harness.ts';

faultRow({
  name: 'Cloud Trace takes 4 s for each write at 60 requests a second, and stored traces are complete',
  load: { perSecond: 60, seconds: 60 },
  fault: {
    afterSeconds: 0,
    forSeconds: 60,
    start: ({ cloud }) => cloud.faults.inject({ service: 'trace-write', delayMs: 4_000 }),
    stop: ({ cloud }) => cloud.faults.clear(),
  },
  expect: {
    lost: 'any',
    unknown: 'any',
    shed: [1, Number.POSITIVE_INFINITY],
    broken: 'any',
    check({ total, spans, complete, broken }) {
      assert.equal(total.shed, spans.loadgen?.shed, 'only the root decides');
      assert.ok(broken <= 0.001 * (complete + broken), `${broken} of ${complete + broken} broken`);
    },
  },
});
