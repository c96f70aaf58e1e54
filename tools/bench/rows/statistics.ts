import type { Row } from '../row.ts';
import { runScenario, SCENARIOS } from '../statistics.ts';

/** Nominal error rate of a verdict, in percent. */
const NOMINAL = 5;

/** The seed fixes every figure, so one round says all; its time is of no interest. */
export const row: Row = {
  rounds: { quick: 1, full: 1 },
  open: ({ quick, seed }) => ({
    variants: Object.fromEntries(
      Object.entries(SCENARIOS).map(([name, scenario]) => [
        name,
        {
          run() {
            const comparisons = quick ? 100 : 1_000;
            const { primary, anyHop } = runScenario(name, { scenario, comparisons, seed });
            return { metrics: { verdict: primary * 100, hop: anyHop * 100 }, answer: comparisons };
          },
        },
      ]),
    ),
    check: () => undefined,
    figures: Object.entries(SCENARIOS).flatMap(([name, { shift }]) => {
      const common = { ours: name, unit: '%', goal: null, other: shift === 1 ? NOMINAL : null };
      return [
        { ...common, variant: `${name}: a verdict`, metric: 'verdict' },
        ...(shift === 1 ? [{ ...common, variant: `${name}: any hop`, metric: 'hop' }] : []),
      ];
    }),
  }),
};
