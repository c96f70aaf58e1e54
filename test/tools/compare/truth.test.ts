/**
 * Truth by simulation: 1,000 comparisons of each kind, drawn as `npx shakesapp bench statistics` draws
 * them, so that the figures in docs/compare.md are these.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createRandom } from '../../../lib/random.ts';
import { MEDIAN_MS, type Scenario, simulate } from '../../../tools/bench/simulate.ts';
import { type Outcome, runScenario, SCENARIOS } from '../../../tools/bench/statistics.ts';
import { chooseDesign } from '../../../tools/compare/statistics/design.ts';
import type { Estimate } from '../../../tools/compare/statistics/estimate.ts';
import { compareHops } from '../../../tools/compare/statistics/hops.ts';
import { compareOverall, testOverall } from '../../../tools/compare/statistics/overall.ts';

const outcomes = new Map<string, Outcome>();
function outcomeOf(name: string): Outcome {
  const scenario = SCENARIOS[name];
  assert.ok(scenario, `there is a scenario named ${name}`);
  const known = outcomes.get(name);
  const outcome = known ?? runScenario(name, { scenario, comparisons: 1_000, seed: 1 });
  outcomes.set(name, outcome);
  return outcome;
}

for (const name of ['A/A paired, 20 runs of 10', 'A/A unpaired, 20 runs of 10']) {
  test(`${name}: a false primary verdict in 5 % within 1.5 points, any false hop in at most 5 %`, () => {
    const { primary, anyHop } = outcomeOf(name);
    assert.ok(Math.abs(primary - 0.05) <= 0.015, `primary ${primary}`);
    assert.ok(anyHop <= 0.05, `any hop ${anyHop}`);
  });
}

// Three binomial standard errors of 1,000 comparisons are two points.
for (const name of ['A/A paired, 6 runs of 10', 'A/A unpaired, 6 runs of 10']) {
  test(`${name}: so few runs claim no more than that`, () => {
    const { primary, anyHop } = outcomeOf(name);
    assert.ok(primary <= 0.07, `primary ${primary}`);
    assert.ok(anyHop <= 0.07, `any hop ${anyHop}`);
  });
}

test('a shift of 10 % in 400 paired requests of 40 runs is found in at least 90 %', () => {
  const { primary } = outcomeOf('10 % paired, 400 in 40 runs');
  assert.ok(primary >= 0.9, `found in ${primary}`);
});

const STATED = [
  ['no difference, 20 runs of 10, paired', 'A/A paired, 20 runs of 10'],
  ['no difference, 20 runs of 10, unpaired', 'A/A unpaired, 20 runs of 10'],
  ['no difference, 6 runs of 10, paired', 'A/A paired, 6 runs of 10'],
  ['10 % shift, 40 runs of 10, paired', '10 % paired, 400 in 40 runs'],
  ['10 % shift, 20 runs of 10, paired', '10 % paired, 200 in 20 runs'],
  ['10 % shift, 40 runs of 5, paired', '10 % paired, 200 in 40 runs'],
  ['10 % shift, 40 runs of 10, unpaired', '10 % unpaired, 400 in 40 runs'],
  ['10 % shift, 20 runs of 10, unpaired', '10 % unpaired, 200 in 20 runs'],
] as const;
for (const [row, name] of STATED) {
  test(`docs/compare.md states what is measured: ${row}`, async () => {
    const document = await readFile(new URL('../../../docs/compare.md', import.meta.url), 'utf8');
    const { primary, anyHop } = outcomeOf(name);
    const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
    const hops = SCENARIOS[name]?.hops === 0 ? '' : `${percent(anyHop)} `;
    const line = `| ${row} | ${percent(primary)} | ${hops}|`;
    assert.ok(document.includes(`\n${line}\n`), line);
  });
}

test('taking requests for independent would find differences that are not there', () => {
  // Every request its own run: what ignoring the runs amounts to, given run levels of 0.2.
  const scenario = SCENARIOS['A/A paired, 20 runs of 10'];
  assert.ok(scenario);
  const flattened = runScenario('flattened', {
    scenario: { ...scenario, hops: 0, asSingles: true },
    comparisons: 200,
    seed: 20_260_302,
  });
  assert.ok(flattened.primary > 0.15, `found in ${flattened.primary}`);
});

const SPREAD: Scenario = {
  runs: 20,
  requestsPerRun: 10,
  runDeviation: 0.1,
  commonDeviation: 0.2,
  requestDeviation: 0.35,
  shift: 1,
  paired: true,
  hops: 1,
};
const KNOWN: readonly (readonly [string, Scenario, Readonly<{ ms: number; ratio?: number }>])[] = [
  ['10 % more', { ...SPREAD, shift: 1.1 }, { ms: MEDIAN_MS * 0.1, ratio: 1.1 }],
  ['twice', { ...SPREAD, shift: 2 }, { ms: MEDIAN_MS, ratio: 2 }],
  ['20 ms more', { ...SPREAD, addedMs: 20 }, { ms: 20 }],
  ['20 ms more in 7 runs', { ...SPREAD, runs: 7, addedMs: 20 }, { ms: 20 }],
  [
    'twice, unpaired',
    { ...SPREAD, commonDeviation: 0, runDeviation: 0.2, paired: false, shift: 2 },
    { ms: MEDIAN_MS, ratio: 2 },
  ],
];
for (const [name, scenario, truth] of KNOWN) {
  test(`${name}: 95 % of the intervals hold the truth, of the request and of a hop`, () => {
    const held = { overallMs: 0, overallRatio: 0, hopMs: 0, hopRatio: 0 };
    const random = createRandom(20_260_302);
    const count = 300;
    const holds = ({ low, high }: Estimate, value: number | undefined) =>
      value === undefined || ((low ?? Infinity) <= value && (high ?? -Infinity) >= value);
    for (let index = 0; index < count; index += 1) {
      const cohorts = simulate(scenario, random);
      const design = chooseDesign(cohorts.a, cohorts.b);
      const tested = testOverall(design);
      const overall = compareOverall(tested, null);
      const { requestMs } = tested;
      const [hop] = compareHops(cohorts, { design, requestMs, comparable: true });
      assert.ok(hop);
      if (holds(overall.differenceMs, truth.ms)) held.overallMs += 1;
      if (holds(overall.ratio, truth.ratio)) held.overallRatio += 1;
      if (holds(hop.differenceMs, truth.ms)) held.hopMs += 1;
      if (holds(hop.ratio, truth.ratio)) held.hopRatio += 1;
    }
    for (const [what, times] of Object.entries(held)) {
      // Three binomial standard errors of 300 are 3.8 points; what is not bounded holds always.
      assert.ok(times / count >= 0.912, `${what} ${times / count}`);
      const unbounded = what.endsWith('Ratio') && truth.ratio === undefined;
      assert.ok(unbounded || times / count <= 0.988, `${what} ${times / count}`);
    }
  });
}
