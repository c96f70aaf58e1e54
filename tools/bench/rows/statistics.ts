import type { Figure, Row, Variant } from '../row.ts';
import { runScenario, SCENARIOS } from '../statistics.ts';
import { runTraffic, TRAFFIC } from '../traffic-statistics.ts';

/** Nominal error rate of a verdict, in percent. */
const NOMINAL = 5;
/** Of traffic whose neighbouring windows resemble each other: called where nothing differs. */
const MOST_CALLED = { of: 'ours', atMost: 7 } as const;

/** The seed fixes every figure, so one round says all; its time is of no interest. */
export const row: Row = {
  rounds: { quick: 1, full: 1 },
  open: ({ quick, seed }) => ({
    variants: {
      ...variantsOf(SCENARIOS, (name, scenario) => {
        const comparisons = quick ? 100 : 1_000;
        const { primary, anyHop } = runScenario(name, { scenario, comparisons, seed });
        return { metrics: { verdict: primary * 100, hop: anyHop * 100 }, answer: comparisons };
      }),
      ...variantsOf(TRAFFIC, (_, traffic) => {
        const comparisons = quick ? 20 : 500;
        const { called, none } = runTraffic({ traffic, comparisons, seed });
        return { metrics: { verdict: called * 100, none: none * 100 }, answer: comparisons };
      }),
    },
    check: () => undefined,
    figures: [...scenarioFigures(), ...trafficFigures(quick)],
  }),
};

function variantsOf<T>(
  kinds: Readonly<Record<string, T>>,
  run: (name: string, kind: T) => ReturnType<Variant['run']>,
): Readonly<Record<string, Variant>> {
  return Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [name, { run: () => run(name, kind) }]),
  );
}

const scenarioFigures = (): readonly Figure[] =>
  Object.entries(SCENARIOS).flatMap(([name, { shift }]) => {
    const common = { ours: name, unit: '%', goal: null, other: shift === 1 ? NOMINAL : null };
    return [
      { ...common, variant: `${name}: a verdict`, metric: 'verdict' },
      ...(shift === 1 ? [{ ...common, variant: `${name}: any hop`, metric: 'hop' }] : []),
    ];
  });

/** A few comparisons are too few for a goal. */
const trafficFigures = (quick: boolean): readonly Figure[] =>
  Object.entries(TRAFFIC).flatMap(([name, { shift }]) => {
    const common = { ours: name, unit: '%', other: shift === 1 ? NOMINAL : null };
    const goal = shift === 1 && !quick ? MOST_CALLED : null;
    return [
      { ...common, variant: `${name}: called`, metric: 'verdict', goal },
      { ...common, variant: `${name}: no verdict`, metric: 'none', goal: null, other: null },
    ];
  });
