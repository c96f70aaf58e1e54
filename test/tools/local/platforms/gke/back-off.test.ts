import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createBackOff } from '../../../../../tools/local/platforms/gke/back-off.ts';
import { GKE_KNOBS } from '../../../../../tools/local/platforms/knobs.ts';

describe('createBackOff', () => {
  it('restarts at once, then after 10 s, doubled up to 5 minutes', () => {
    const backOff = createBackOff(GKE_KNOBS);
    const waits = Array.from({ length: 9 }, () => backOff(1_000) / 1_000);
    assert.deepEqual(waits, [0, 10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it('forgets it all after ten good minutes', () => {
    const backOff = createBackOff(GKE_KNOBS);
    backOff(1_000);
    backOff(1_000);
    assert.equal(backOff(600_000), 0);
    assert.equal(backOff(599_999), 10_000);
  });
});
