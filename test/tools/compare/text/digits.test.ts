import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digitsOf } from '../../../../tools/compare/text/digits.ts';
import { ratioText } from '../../../../tools/compare/text/wording.ts';

for (const [p50, low, high, text] of [
  [0.77, 0.768, 0.772, '0.770 (0.768 to 0.772)'],
  [0.77, 0.764, 0.776, '0.77 (0.76 to 0.78)'],
  [1, 0.99996, 1.00004, '1.00000 (0.99996 to 1.00004)'],
  [2, 2, 2, '2.00 (2.00 to 2.00)'],
] as const) {
  test(`an interval of ${low} to ${high} has two different ends, unless it is a point`, () => {
    assert.equal(ratioText({ p50, low, high }), text);
  });
}

test('ends that no six decimals tell apart have two, and so has an interval without ends', () => {
  assert.equal(digitsOf({ low: 1, high: 1 + 1e-9 }), 2);
  assert.equal(digitsOf({ low: null, high: 1 }), 2);
});
