import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Comparison } from '../../../../tools/compare/result/comparison.ts';
import { renderBrief } from '../../../../tools/compare/text/render-brief.ts';
import { renderSummary } from '../../../../tools/compare/text/render-summary.ts';
import { renderText } from '../../../../tools/compare/text/render-text.ts';
import {
  smallestText,
  testedText,
  verdictSentence,
  verdictWord,
} from '../../../../tools/compare/text/wording.ts';
import { sampleComparison } from '../html/sample-comparison.ts';

const sample = sampleComparison();
const withOverall = (change: Partial<Comparison['overall']>): Comparison => ({
  ...sample,
  overall: { ...sample.overall, ...change },
});
const bounded = (p50: number, low: number, high: number) => ({ p50, low, high });

const SENTENCES: readonly (readonly [string, Partial<Comparison['overall']>, string])[] = [
  [
    'a is faster',
    {
      verdict: 'a-faster',
      ratio: bounded(0.5, 0.4, 0.6),
      differenceMs: bounded(-12, -14, -10),
    },
    'Cloud Run is faster: Cloud Run takes 0.50 (0.40 to 0.60) times as long as GKE, typically 12.0 ms less.',
  ],
  [
    'b is faster',
    { verdict: 'b-faster' },
    'GKE is faster: Cloud Run takes 2.06 (1.91 to 2.22) times as long as GKE, typically 12.1 ms more.',
  ],
  [
    'neither is',
    { verdict: 'no-difference-seen', ratio: bounded(1.01, 0.95, 1.07) },
    'No difference seen: Cloud Run takes 1.01 (0.95 to 1.07) times as long as GKE.',
  ],
  [
    'it is not known',
    { verdict: 'not-enough-data', reason: 'there are no traces' },
    'No verdict: there are no traces.',
  ],
];
for (const [name, change, sentence] of SENTENCES) {
  test(`the verdict in a sentence where ${name}`, () => {
    assert.equal(verdictSentence(withOverall(change)), sentence);
  });
}

test('a hop without a verdict is not said to lack data: its answers may be wrong', () => {
  const labels = { a: 'Cloud Run', b: 'GKE' };
  assert.equal(verdictWord('not-enough-data', labels), 'no verdict');
  assert.equal(verdictWord('a-faster', labels), 'Cloud Run faster');
});

test('one tested pair of a hop is counted in the singular', () => {
  const [hop] = sample.hops;
  assert.ok(hop);
  assert.equal(testedText({ ...hop, tested: { a: 1, b: 1 } }), '1 pair tested');
});

test('what this much data would have found is said in per cent and time, as far as it is known', () => {
  assert.equal(
    smallestText(withOverall({ smallestDifference: { ms: 0.41, ratio: 1.0823 } })),
    'This data would have found a difference of 8.2 % (410 µs) in 8 of 10 cases.',
  );
  assert.equal(
    smallestText(withOverall({ smallestDifference: { ms: 3, ratio: null } })),
    'This data would have found a difference of 3.00 ms in 8 of 10 cases.',
  );
  assert.equal(smallestText(withOverall({ smallestDifference: null })), null);
  for (const shown of [renderText(sample), renderBrief(sample), renderSummary(sample)]) {
    assert.match(
      shown.replaceAll(/[\s\\]+/g, ' '),
      /would have found a difference of 10 % \(1\.10 ms ?\)/,
    );
  }
});
