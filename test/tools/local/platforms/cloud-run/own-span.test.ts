import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createOwnSpanSampler } from '../../../../../tools/local/platforms/cloud-run/own-span.ts';
import { CLOUD_RUN_KNOBS, type CloudRunKnobs } from '../../../../../tools/local/platforms/knobs.ts';
import { createManualClock } from '../manual-clock.ts';

function sampler(knobs: Partial<CloudRunKnobs>) {
  const clock = createManualClock();
  const decide = createOwnSpanSampler({ ...CLOUD_RUN_KNOBS, ...knobs }, clock);
  const stored = (times: number, requested: boolean | undefined) =>
    Array.from({ length: times }, () => decide(requested)).filter(({ store }) => store).length;
  return { clock, decide, stored };
}

describe('createOwnSpanSampler', () => {
  it('at the real rate stores up to 10 forced spans a second and passes the flag on', () => {
    const { clock, decide, stored } = sampler({ ownSpans: 'real' });
    assert.equal(stored(50, true), 10);
    assert.deepEqual(decide(true), { store: false, sampled: true });
    clock.advance(500);
    assert.equal(stored(50, true), 5);
    clock.advance(60_000);
    assert.equal(stored(50, true), 10);
  });

  it('at the real rate stores one in ten seconds where the caller does not say, and says so', () => {
    const { clock, decide } = sampler({ ownSpans: 'real' });
    assert.deepEqual(decide(undefined), { store: true, sampled: true });
    assert.deepEqual(decide(undefined), { store: false, sampled: undefined });
    clock.advance(9_000);
    assert.deepEqual(decide(undefined), { store: false, sampled: undefined });
    clock.advance(1_001);
    assert.deepEqual(decide(undefined), { store: true, sampled: true });
  });

  it('keeps the two budgets apart', () => {
    const { stored } = sampler({ ownSpans: 'real' });
    assert.equal(stored(50, true), 10);
    assert.equal(stored(50, undefined), 1);
  });

  for (const ownSpans of ['always', 'real', 'never'] as const) {
    it(`stores nothing (${ownSpans}) where the caller says no`, () => {
      assert.deepEqual(sampler({ ownSpans }).decide(false), { store: false, sampled: false });
    });
  }

  it('stores all of them, or none, when told so', () => {
    assert.equal(sampler({ ownSpans: 'always' }).stored(50, true), 50);
    assert.equal(sampler({ ownSpans: 'always' }).stored(50, undefined), 50);
    assert.equal(sampler({ ownSpans: 'never' }).stored(50, true), 0);
  });
});
