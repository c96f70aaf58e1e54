import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { awaitSpans } from '../../../tools/local/await-spans.ts';
import { missingEdges } from '../../../tools/traces/completeness.ts';
import type { Trace } from '../../../tools/traces/model.ts';
import { createRequestTrace } from './example-traces.ts';
import { createManualClock } from './platforms/manual-clock.ts';

const COMPLETE = createRequestTrace({ platform: 'gcp_cloud_run' });
const WITHOUT_SERVER = {
  ...COMPLETE,
  spans: COMPLETE.spans.filter(({ attributes }) => attributes['service.name'] !== 'server'),
};

function setUp(stored: Trace[]) {
  const clock = createManualClock();
  const stopped = new AbortController();
  let ended = false;
  const waiting = awaitSpans({
    traces: () => stored,
    requests: 1,
    lacking: missingEdges,
    slowness: 2,
    signal: stopped.signal,
    clock,
  }).then(() => {
    ended = true;
  });
  return { clock, stopped, waiting, hasEnded: () => ended };
}

describe('awaitSpans', () => {
  it('ends at once where every request has a complete trace', async () => {
    await setUp([COMPLETE]).waiting;
  });

  it('waits for the spans of a program that stores them in the background', async () => {
    const stored: Trace[] = [WITHOUT_SERVER];
    const { clock, waiting, hasEnded } = setUp(stored);
    const again = clock.scheduled();
    clock.advance(200);
    await again;
    assert.equal(hasEnded(), false);
    stored[0] = COMPLETE;
    clock.advance(200);
    await waiting;
  });

  it('gives up after the time that spans take, longer on a slow machine', async () => {
    const { clock, waiting, hasEnded } = setUp([WITHOUT_SERVER]);
    for (let ms = 0; ms < 29_800; ms += 200) {
      const again = clock.scheduled();
      clock.advance(200);
      await again;
    }
    assert.equal(hasEnded(), false);
    clock.advance(200);
    await waiting;
  });

  it('ends with Ctrl-C', async () => {
    const { stopped, waiting } = setUp([]);
    stopped.abort(new Error('stopped by SIGINT'));
    await waiting;
  });
});
