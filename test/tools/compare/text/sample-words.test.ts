import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Comparison } from '../../../../tools/compare/result/comparison.ts';
import { sampleText } from '../../../../tools/compare/text/sample-words.ts';
import { verdictBasis } from '../../../../tools/compare/text/wording.ts';
import { sampleComparison } from '../html/sample-comparison.ts';

const sample = sampleComparison();
const withOverall = (change: Partial<Comparison['overall']>): Comparison => ({
  ...sample,
  overall: { ...sample.overall, ...change },
});

test('pairs are counted with the requests that they are of, where some have no partner', () => {
  assert.equal(sampleText(sample), '392 pairs of 396 and 396 requests in 40 runs');
  assert.equal(sampleText(withOverall({ pairs: 396 })), '396 pairs in 40 runs');
  const unpaired = withOverall({ paired: false, pairs: 0, runs: { a: 40, b: 39 } });
  assert.equal(sampleText(unpaired), '396 and 396 requests, unpaired, in 40 and 39 runs');
  assert.match(verdictBasis(sample), /; 392 pairs of 396 and 396 requests in 40 runs; p < 0\.001$/);
});
test('one is counted in the singular', () => {
  const one = { pairs: 1, runs: { a: 1, b: 1 } };
  assert.equal(sampleText(withOverall(one)), '1 pair of 396 and 396 requests in 1 run');
  assert.equal(
    sampleText(withOverall({ ...one, paired: false })),
    '396 and 396 requests, unpaired, in 1 and 1 run',
  );
});

for (const [design, text] of [
  ['paired-requests', '392 pairs of 396 and 396 requests in 40 windows of 2 min'],
  ['paired-windows', '396 and 396 requests in 40 windows of 2 min that both have'],
  ['windows', '396 and 396 requests in 40 and 39 windows of 2 min'],
  ['before-after', '396 and 396 requests in 40 and 39 windows of 2 min'],
] as const) {
  test(`${design}: windows of the clock are counted with their length`, () => {
    const windows = { lengthMs: 120_000, mix: [], leftOut: { a: 0, b: 0 } };
    const change = { design, windows, runs: { a: 40, b: 39 } };
    assert.equal(sampleText(withOverall(change)), text);
  });
}

test('the verdict counts its own requests beside all warm ones', () => {
  const { a, b } = sample.overall;
  assert.ok(a !== null && b !== null);
  const windows = { lengthMs: 120_000, mix: [], leftOut: { a: 0, b: 0 } };
  const change = { design: 'paired-windows', windows, runs: { a: 40, b: 40 } } as const;
  assert.equal(
    sampleText(withOverall({ ...change, a: { ...a, n: 300 } })),
    '300 of 396 and 396 requests in 40 windows of 2 min that both have',
  );
  assert.equal(
    sampleText(withOverall({ ...change, runs: { a: 0, b: 0 } })),
    '396 and 396 requests',
  );
});
