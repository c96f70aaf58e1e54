/**
 * The result of a comparison: what `--json` writes and what the text and HTML renderers read. Plain
 * JSON throughout (no undefined inside arrays, no Dates, no NaN: what has no value is null).
 *
 * Signs: every difference is a minus b in milliseconds and every ratio is a over b, so a negative
 * difference and a ratio below 1 mean that a is faster.
 *
 * A change that a reader could trip over raises COMPARISON_VERSION.
 */

import type { Deviation } from '../../traces/deviation.ts';
import type { FoldedNames } from '../../traces/profile/name-tally.ts';
import type { Profile } from '../../traces/profile/profile.ts';
import type { Total } from '../../traces/sources/bigquery/totals.ts';
import type { SampleResult } from '../../traces/sources/sampling/sample-watch.ts';
import type { SourceDescription } from '../../traces/sources/source.ts';
import type { Sides } from '../cohorts/cohort.ts';
import type { ConfigurationDifference } from '../cohorts/configuration.ts';
import type { LabelChoice } from '../cohorts/label-choices.ts';
import type { Stratum } from '../cohorts/request-record.ts';
import type { Gate } from '../gate/gate.ts';
import type { ErrorRates } from '../statistics/error-rates.ts';
import type { Hop } from '../statistics/hop.ts';
import { RELEVANT_SHARE } from '../statistics/hop-verdicts.ts';
import type { Overall } from '../statistics/overall.ts';
import type { Tail } from '../statistics/tails.ts';
import type { CohortSummary } from './cohort-summary.ts';
import type { Cost } from './cost.ts';
import type { Exemplars } from './exemplars.ts';
import type { Failures } from './failures.ts';
import type { RecentTrace } from './recent-traces.ts';
import type { Warning } from './warnings.ts';

export const COMPARISON_VERSION = 1;

export type Comparison = Readonly<{
  version: typeof COMPARISON_VERSION;
  /** Whether the requests are this system's own, or another's. */
  profile: Profile;
  source: SourceDescription;
  /** Why no trace matches a cohort's filter, in a sentence for each; then all else is left out. */
  unmatched: readonly string[];
  /** Labels to choose two cohorts by, where nothing says which are meant; else empty. */
  choices: readonly LabelChoice[];
  /** What folding did to names that differ from request to request; null where it did nothing. */
  foldedNames: FoldedNames | null;
  /** First in every output: the likeliest confounder. Only what differs. */
  configuration: readonly ConfigurationDifference[];
  cohorts: Sides<CohortSummary>;
  /** RFC 3339: when the first and the last request of both cohorts began; null: there is none. */
  requested: Readonly<{ first: string; last: string }> | null;
  /** Traces that match both filters and therefore entered neither cohort. */
  inBothCohorts: number;
  /** Traces with several roots, of which the first alone is the request; absent where there is none. */
  severalRoots?: Sides<number>;
  /** Traces that were incomplete and had ended shortly before they were read: left out. */
  stillArriving: number;
  /** What was read although it is not as it should be. */
  deviations: readonly Deviation[];
  /** What `--fail-if` asked; absent where it was not given. */
  gate?: Gate;
  overall: Overall;
  /** Median, p95 and p99 of the requests that the verdict rests on. */
  tails: readonly Tail[];
  /** Of every request, cold ones included. */
  errorRates: ErrorRates;
  /** Why the verdicts on request and hops seem to disagree, in a sentence; null: they do not. */
  reconciliation: string | null;
  /** Depth first, in the order of their start; the warm stratum before the cold one. */
  hops: readonly Hop[];
  /** What the hops' differences amount to at the rate that was seen; null: no rate was. */
  cost: Cost | null;
  /** Span paths that are no hop, since there are too many: those that take the least time. */
  hopsLeftOut: number;
  /** Warm exemplars: the requests at the median and at p95 of the primary measure. */
  exemplars: Sides<Exemplars>;
  /** The same of the cold stratum, where there is one. */
  coldExemplars: Sides<Exemplars>;
  /** Whether the exemplars of both sides are one request of the schedule. */
  exemplarsArePairs: Readonly<Record<Stratum, boolean>>;
  /** Newest first, at most 50, both cohorts together. */
  recent: readonly RecentTrace[];
  /** Requests that failed, by kind, the most frequent first. */
  failures: readonly Failures[];
  warnings: readonly Warning[];
  /** Which part of the window was read; absent where all was. */
  sample?: SampleResult;
  /** Of every span of the window by service and name, most first; absent where not counted apart. */
  totals?: readonly Total[];
  /** The statistical methods in words, for the reader of the output. */
  methods: readonly string[];
}>;

/** The statistical methods in words. */
export function methodsOf({ method, windows }: Overall): readonly string[] {
  const [one, units] = windows === null ? ['run', 'runs'] : ['window', 'windows'];
  return [
    `Overall: ${method}; 95 % interval. Requests of one ${one} are not independent, so the sample is the ${units}.`,
    'Difference in milliseconds: what to add to every request of the faster side until that test sees no difference.',
    `Tails: quantiles of each side; 95 % intervals by bootstrap over ${units} (2,000 draws, expanded percentiles).`,
    `Error rates: Wilson's intervals and Newcombe's of the difference, with the sample size that the ${units} allow.`,
    'Hops: the same test on self time or gap in milliseconds; the ratio is derived from it (Fieller). Verdicts: at most 5 % chance of even one false (Holm). Intervals: simultaneous 95 % coverage (Bonferroni).',
    `A hop is called faster only where the difference exceeds ${RELEVANT_SHARE * 100} % of the median request.`,
    'Self time: each moment belongs to the deepest span at work; among siblings, to the one that ends last.',
    "Gap: client span minus server span (network and platform); split where the front end's span was stored.",
    'No figure mixes cold and warm requests; no latency includes failed requests.',
  ];
}
