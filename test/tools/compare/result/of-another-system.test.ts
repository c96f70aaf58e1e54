import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ofAnotherSystem } from '../../../../tools/compare/result/of-another-system.ts';
import type { Warning } from '../../../../tools/compare/result/warnings.ts';
import { sampleComparison } from '../html/sample-comparison.ts';

const warningOf = (id: Warning['id']): Warning => ({ id, finding: 'seen', advice: 'Do.' });
test('no warning of another system speaks of a schedule', () => {
  const { warnings } = ofAnotherSystem(
    sampleComparison({
      warnings: (['unpaired', 'unequal-load', 'errors', 'too-few-runs'] as const).map(warningOf),
    }),
  );
  assert.deepEqual(
    warnings.map(({ id, advice }) => [id, advice]),
    [
      ['errors', 'Do.'],
      ['too-few-runs', 'Read a longer time on both sides.'],
    ],
  );
});

test('gaps are divided only where a front end has spans', () => {
  const splitOf = (stored: number) => {
    const { cohorts, ...rest } = sampleComparison();
    const side = (of: 'a' | 'b') => ({ ...cohorts[of], frontEndStored: stored });
    const { hops, methods } = ofAnotherSystem({ ...rest, cohorts: { a: side('a'), b: side('b') } });
    return [hops.some(({ split }) => split !== null), methods.some((one) => /front end/.test(one))];
  };
  assert.deepEqual(splitOf(0), [false, false]);
  assert.equal(splitOf(5)[0], true);
});

const NO_WARM = '0 warm requests in Cloud Run, 0 in GKE; a verdict needs 20';

for (const [name, { whole, warm }, finding, advice] of [
  ['incomplete', { whole: 0, warm: 0 }, NO_WARM, /^Fix the incomplete traces first/],
  ['failed', { whole: 400, warm: 0 }, NO_WARM, /^Read more traces/],
  [
    'of other operations',
    { whole: 400, warm: 400 },
    'fewer than 20 warm requests of operations that both sides have',
    /Compare sides that have the same operations/,
  ],
] as const) {
  test(`where most requests are ${name}, the advice on too few fits`, () => {
    const { overall, ...rest } = sampleComparison({ warnings: [warningOf('too-few-traces')] });
    const sample = { ...rest, overall: { ...overall, paired: false } };
    const side = (of: 'a' | 'b') => {
      const { latency, ...rest } = sample.cohorts[of];
      const quantiles = latency.warm && { ...latency.warm, n: warm };
      return { ...rest, traces: 400, whole, latency: { ...latency, warm: quantiles } };
    };
    const { warnings } = ofAnotherSystem({ ...sample, cohorts: { a: side('a'), b: side('b') } });
    assert.equal(warnings[0]?.finding, finding);
    assert.match(warnings[0]?.advice ?? '', advice);
  });
}

test('too few are counted among all warm requests, not among those of operations in common', () => {
  const { overall, cohorts, ...rest } = sampleComparison({
    warnings: [warningOf('too-few-traces')],
  });
  const side = (of: 'a' | 'b', n: number) => {
    const { latency, ...others } = cohorts[of];
    const warm = latency.warm && { ...latency.warm, n };
    return { ...others, traces: n, latency: { ...latency, warm } };
  };
  const { warnings } = ofAnotherSystem({
    ...rest,
    cohorts: { a: side('a', 4), b: side('b', 5) },
    overall: { ...overall, paired: false, a: null, b: null },
  });
  assert.equal(warnings[0]?.finding, '4 warm requests in Cloud Run, 5 in GKE; a verdict needs 20');
});
