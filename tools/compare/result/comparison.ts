/**
 * The result of a comparison: what `--json` writes and what the text and HTML renderers read. Plain
 * JSON throughout (no undefined inside arrays, no Dates, no NaN: what has no value is null).
 *
 * Signs: every difference is a minus b in milliseconds and every ratio is a over b, so a negative
 * difference and a ratio below 1 mean that a is faster.
 *
 * A change that a reader could trip over raises COMPARISON_VERSION.
 */

import type { SourceDescription } from '../../traces/sources/source.ts';
import type { Sides } from '../cohorts/cohort.ts';
import type { ConfigurationDifference } from '../cohorts/configuration.ts';
import type { Hop } from '../statistics/hop.ts';
import { RELEVANT_SHARE } from '../statistics/hop-verdicts.ts';
import type { Overall } from '../statistics/overall.ts';
import type { CohortSummary } from './cohort-summary.ts';
import type { Exemplars } from './exemplars.ts';
import type { RecentTrace } from './recent-traces.ts';
import type { Warning } from './warnings.ts';

export const COMPARISON_VERSION = 1;

export type Comparison = Readonly<{
  version: typeof COMPARISON_VERSION;
  source: SourceDescription;
  /** Why no trace matches a cohort's filter, in a sentence for each; then all else is left out. */
  unmatched: readonly string[];
  /** First in every output: the first threat to any verdict. Only what differs. */
  configuration: readonly ConfigurationDifference[];
  cohorts: Sides<CohortSummary>;
  /** Traces that match both filters and therefore entered neither cohort. */
  inBothCohorts: number;
  /** Traces that were not whole and had ended shortly before they were read: left out. */
  stillArriving: number;
  overall: Overall;
  /** Depth first, in the order of their start; the warm stratum before the cold one. */
  hops: readonly Hop[];
  /** Warm exemplars: the requests at the median and at p95 of the primary measure. */
  exemplars: Sides<Exemplars>;
  /** The same of the cold stratum, where there is one. */
  coldExemplars: Sides<Exemplars>;
  /** Newest first, at most 50, both cohorts together. */
  recent: readonly RecentTrace[];
  warnings: readonly Warning[];
  /** The statistical methods in words, for the reader of the output. */
  methods: readonly string[];
}>;

/** The statistical methods in words. `primary`: how the primary verdict was found. */
export function methodsOf(primary: string): readonly string[] {
  return [
    `Overall: ${primary}; 95 % interval; requests of one run are not independent, so runs are the sample.`,
    'Its milliseconds: what that test, added to every request of the faster side, would take for no difference.',
    'Hops: the same on self time or gap in milliseconds, the ratio told from that test (Fieller); verdicts hold together at 5 % (Holm), intervals at 95 % (Bonferroni).',
    `A hop is only called where its difference exceeds ${RELEVANT_SHARE * 100} % of the median request.`,
    'Self time: every moment belongs to the deepest span at work; of siblings to the last to end.',
    'Gap: client span minus server span, network and platform; split where the front end was stored.',
    'Cold and warm requests never share a figure; failed requests have no latency.',
  ];
}
