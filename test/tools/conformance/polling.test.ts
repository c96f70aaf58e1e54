import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { holdsWithin } from '../../../tools/conformance/polling.ts';

/** Nothing on this thread goes on meanwhile. */
const standStill = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe('holdsWithin', () => {
  it('goes on after a machine stood still for longer than the time', async () => {
    let asked = 0;
    const holds = () => {
      standStill(110);
      asked += 1;
      return asked === 3;
    };
    assert.equal(await holdsWithin(100, holds), true);
  });

  it('ends when it has paused for as long', async () => {
    let asked = 0;
    const holds = () => {
      asked += 1;
      return false;
    };
    assert.equal(await holdsWithin(100, holds), false);
    assert.equal(asked, 3);
  });
});
