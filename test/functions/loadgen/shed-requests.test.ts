import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRun } from '../../../functions/loadgen/run.ts';
import { createLogger } from '../../../lib/telemetry/log.ts';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { createSampler } from '../../../lib/telemetry/sampler.ts';
import { createFakeClient } from './fake-client.ts';
import { createFakeClock } from './fake-clock.ts';
import { recordSpans } from './recorded-spans.ts';

let keptShare = 1;
const recorded = recordSpans(
  createSampler('parentbased_always_on', 1, { keptShare: () => keptShare, onShed: () => {} }),
);
const lines: { severity: string; message: string }[] = [];
const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
const logger = createLogger({ service: 'loadgen', project: 'p', destination });

test('a run counts the requests that were shed, which are sent and answered like the others', async () => {
  // One share for each request: 1 keeps its trace, 0 sheds it.
  const shares = [1, 0, 0, 1, 0, 1];
  const clock = createFakeClock();
  const { requests } = createFakeClient(({ count }) => count(3));
  const run = startRun(
    {
      runId: 'run-1',
      scheduledMinute: '2026-03-01T12:34:00Z',
      seed: 7,
      requests: shares.length,
      lateAfterMs: 10,
      intervalMs: 100,
      maxInFlight: 1,
      queries: shares.map(() => ({ query: 'love', expectedCount: 3 })),
    },
    {
      requests,
      clock,
      logger,
      ready: async () => undefined,
      stop: new AbortController().signal,
      giveUp: new AbortController().signal,
    },
  );
  for (const [sequence, share] of shares.entries()) {
    keptShare = share;
    await clock.advance(sequence === 0 ? 0 : 100);
  }
  const { sent, ok, shed } = await run.done;
  assert.deepEqual({ sent, ok, shed }, { sent: 6, ok: 6, shed: 3 });
  const text = '3 of 6 requests have no trace, because spans could not be stored fast enough';
  assert.deepEqual(
    lines.map(({ severity, message }) => [severity, message]),
    [['WARNING', text]],
  );
  const roots = recorded.spans().map(({ attributes }) => attributes);
  assert.deepEqual(
    roots.map((root) => [root[ATTR.sequence], root[ATTR.shedSoFar]]),
    [
      [0, undefined],
      [3, 2],
      [5, 3],
    ],
  );
});
