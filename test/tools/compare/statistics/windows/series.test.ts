import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../../../lib/random.ts';
import { oneSample } from '../../../../../tools/compare/statistics/statistics.ts';
import {
  testSeries,
  testTwoSeries,
} from '../../../../../tools/compare/statistics/windows/series.ts';

const cosine = (frequency: number, count: number) =>
  Array.from({ length: count }, (_, place) =>
    Math.cos((Math.PI * frequency * (place + 0.5)) / count),
  );

test('the error is the mean square of the weights on the slowest cosines', () => {
  // Untouched by trimming, the second cosine has all of its weight, count / 2, on one of two.
  const values = cosine(2, 40).map((value) => Math.min(0.5, Math.max(-0.5, value)));
  const two = testSeries(values, 2);
  const slow = testSeries(values, 1);
  assert.ok(two.smallest(0.05) > 0);
  assert.ok(slow.smallest(0.05) < 1e-9, 'the first cosine alone has no part of it');
  assert.ok(Math.abs(two.estimate) < 1e-9);
});

test('what varies fast averages out, what varies slowly does not', () => {
  const width = (frequency: number) => testSeries(cosine(frequency, 48), 4).halfWidth(0.05);
  assert.ok(width(3) > 5 * width(30));
});

test('two series add their errors, and the sides change places with the sign', () => {
  const random = createRandom(3);
  const [a, b] = [24, 30].map((length) => Array.from({ length }, () => random()));
  assert.ok(a && b);
  const found = testTwoSeries(
    a.map((value) => value + 1),
    b,
    3,
  );
  assert.ok(found.estimate > 0.5);
  assert.ok(
    Math.abs(
      found.estimate +
        testTwoSeries(
          b,
          a.map((value) => value + 1),
          3,
        ).estimate,
    ) < 1e-12,
  );
  assert.ok(found.pValue() < 0.01);
});

test('of independent values the interval is on average little wider than that of the runs', () => {
  const random = createRandom(9);
  let [ofSeries, ofRuns] = [0, 0];
  for (let count = 0; count < 300; count += 1) {
    const values = Array.from({ length: 40 }, () => random() + random() + random());
    ofSeries += testSeries(values, 8).halfWidth(0.05);
    ofRuns += oneSample(values).halfWidth(0.05);
  }
  assert.ok(ofSeries / ofRuns > 1 && ofSeries / ofRuns < 1.35, `${ofSeries / ofRuns}`);
});
