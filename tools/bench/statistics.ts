/**
 * How often the comparison errs, by simulation with a known truth. The seed fixes every figure.
 */

import { createRandom } from '../../lib/random.ts';
import { chooseDesign } from '../compare/statistics/design.ts';
import { testHops } from '../compare/statistics/hop-verdicts.ts';
import { ALPHA, testOverall } from '../compare/statistics/overall.ts';
import { type Scenario, simulate } from './simulate.ts';

export type Outcome = Readonly<{
  name: string;
  comparisons: number;
  /** Share of comparisons with a primary verdict of faster or slower. */
  primary: number;
  /** Share of comparisons with at least one such hop verdict. */
  anyHop: number;
}>;

const NO_DIFFERENCE: Scenario = {
  runs: 20,
  requestsPerRun: 10,
  runDeviation: 0.2,
  commonDeviation: 0,
  requestDeviation: 0.35,
  shift: 1,
  paired: true,
  hops: 10,
};

const TEN_PERCENT: Scenario = {
  ...NO_DIFFERENCE,
  runs: 40,
  runDeviation: 0,
  commonDeviation: 0.2,
  shift: 1.1,
  hops: 0,
};

/** Named as in docs/compare.md. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'A/A paired, 20 runs of 10': NO_DIFFERENCE,
  'A/A unpaired, 20 runs of 10': { ...NO_DIFFERENCE, paired: false },
  'A/A paired, 6 runs of 10': { ...NO_DIFFERENCE, runs: 6 },
  'A/A unpaired, 6 runs of 10': { ...NO_DIFFERENCE, runs: 6, paired: false },
  'A/A paired, 20 runs of 10, long tail': { ...NO_DIFFERENCE, requestDeviation: 1 },
  '10 % paired, 400 in 40 runs': TEN_PERCENT,
  '10 % unpaired, 400 in 40 runs': { ...TEN_PERCENT, paired: false },
  '10 % paired, 200 in 20 runs': { ...TEN_PERCENT, runs: 20 },
  '10 % unpaired, 200 in 20 runs': { ...TEN_PERCENT, runs: 20, paired: false },
  '10 % paired, 200 in 40 runs': { ...TEN_PERCENT, requestsPerRun: 5 },
};

export function runScenario(
  name: string,
  options: { scenario: Scenario; comparisons: number; seed: number },
): Outcome {
  const random = createRandom(options.seed);
  let primary = 0;
  let anyHop = 0;
  for (let count = 0; count < options.comparisons; count += 1) {
    const cohorts = simulate(options.scenario, random);
    const design = chooseDesign(cohorts.a, cohorts.b);
    const { ratios, requestMs } = testOverall(design);
    const hops = testHops(cohorts, { design, requestMs, comparable: true });
    if ((ratios.test?.pValue() ?? 1) < ALPHA) primary += 1;
    if (hops.some(({ verdict }) => isFinding(verdict))) anyHop += 1;
  }
  const { comparisons } = options;
  return { name, comparisons, primary: primary / comparisons, anyHop: anyHop / comparisons };
}

const isFinding = (verdict: string) => verdict === 'a-faster' || verdict === 'b-faster';
