import type { Sides } from '../cohorts/cohort.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';
import type { Comparison } from '../result/comparison.ts';
import type { Design } from './design.ts';
import { compareErrorRates, errorRunsOf, type OfWindow } from './error-rates.ts';
import { compareHops } from './hops.ts';
import { compareOverall, type TestedOverall } from './overall.ts';
import { compareTails } from './tails.ts';

/** Everything of a comparison that has an interval. */
export type Figures = Pick<Comparison, 'overall' | 'hops' | 'tails' | 'errorRates'>;

/** With intervals at 1 - `alpha`, those of the hops at that together. `against`: why nothing compares. */
export function compareFigures(
  records: Sides<readonly RequestRecord[]>,
  options: Readonly<{
    design: Design;
    tested: TestedOverall;
    against: string | null;
    alpha: number;
    ofWindow: Sides<OfWindow | null>;
  }>,
): Figures {
  const { design, tested, against, alpha, ofWindow } = options;
  const overall = compareOverall(tested, against, alpha);
  return {
    overall,
    hops: compareHops(records, {
      ...{ design, alpha },
      requestMs: tested.requestMs,
      comparable: against === null,
    }),
    tails: compareTails(tested.sample, against, alpha),
    errorRates: compareErrorRates(
      { a: errorRunsOf(records.a, design), b: errorRunsOf(records.b, design) },
      against,
      { unit: overall.windows === null ? 'run' : 'window', alpha, ofWindow },
    ),
  };
}
