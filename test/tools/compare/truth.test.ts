/**
 * Truth by simulation, small enough for every run of the tests; `npm run bench -- statistics` does
 * 1,000 comparisons of each. Bounds: the nominal share plus three binomial standard errors.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScenario, SCENARIOS } from '../../../tools/bench/statistics.ts';

const COMPARISONS = 200;

function outcomeOf(name: string) {
  const scenario = SCENARIOS[name];
  assert.ok(scenario, `there is a scenario named ${name}`);
  return runScenario(name, { scenario, comparisons: COMPARISONS, seed: 20_260_302 });
}

for (const name of ['A/A paired, 20 runs of 10', 'A/A unpaired, 20 runs of 10']) {
  test(`${name}: the false primary verdicts keep to 5 %, and so does any false hop verdict`, () => {
    const { primary, anyHop } = outcomeOf(name);
    assert.ok(primary >= 0.005 && primary <= 0.096, `primary ${primary}`);
    assert.ok(anyHop <= 0.096, `any hop ${anyHop}`);
  });
}

test('a shift of 10 % in 400 paired requests of 40 runs is found in at least 90 %', () => {
  const { primary } = outcomeOf('10 % paired, 400 in 40 runs');
  assert.ok(primary >= 0.9, `found in ${primary}`);
});

test('resampling requests instead of runs would find differences that are not there', () => {
  // Every request its own run: what ignoring the runs amounts to, given run levels of 0.2.
  const scenario = SCENARIOS['A/A paired, 20 runs of 10'];
  assert.ok(scenario);
  const flattened = runScenario('flattened', {
    scenario: { ...scenario, hops: 0, asSingles: true },
    comparisons: COMPARISONS,
    seed: 20_260_302,
  });
  assert.ok(flattened.primary > 0.15, `found in ${flattened.primary}`);
});
