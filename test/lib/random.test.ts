import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../../lib/random.ts';

describe('createRandom', () => {
  it('stays in [0, 1) and takes any 32-bit seed', () => {
    for (const seed of [0, 1, 2 ** 32 - 1]) {
      const random = createRandom(seed);
      for (let draw = 0; draw < 1000; draw++) {
        const value = random();
        assert.ok(value >= 0 && value < 1);
      }
    }
  });
});
