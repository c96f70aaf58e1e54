import type { Sides } from '../cohorts/cohort.ts';
import type { CriticalPath } from '../cohorts/critical-path.ts';
import type { Stratum } from '../cohorts/request-record.ts';
import type { Estimate } from './estimate.ts';
import type { Verdict } from './overall.ts';
import type { EcdfPoint, QuantileDifference, Quantiles } from './quantiles.ts';
import type { SmallestDifference } from './smallest-difference.ts';

/** a and b inclusive; `self*` are the self time or the gap, whichever the hop's `measure` says. */
export type HopQuantiles = Quantiles &
  Readonly<{ selfP50Ms: number; selfP90Ms: number; selfP95Ms: number; selfP99Ms: number }>;

/**
 * How a gap (client span minus its server span: "network + platform") divides where the front
 * end's own span was stored. `inferred` counts the requests where it was not, so that only the sum
 * is known; both kinds occur in one cohort.
 */
export type GapSplit = Readonly<{
  measured: number;
  inferred: number;
  /** Client span minus front end's span; null where no front end's span was stored. */
  networkP50Ms: number | null;
  /** Front end's span minus server span: queueing, cold start, TLS, the platform's own work. */
  platformP50Ms: number | null;
}>;

export type Hop = Readonly<{
  /** `service:name` from the root down, joined by ' > '. */
  path: string;
  /** The last segment. */
  service: string;
  name: string;
  /** Root is 0. */
  depth: number;
  stratum: Stratum;
  /**
   * `gap`: a client span with a server span below it, whose self time is network and platform.
   * `self`: any other.
   */
  measure: 'self' | 'gap';
  /** The most spans that one trace had at this path: over 1, siblings were taken together. */
  maxSiblings: number;
  /** The most spans of one trace that lie too deep for their own hop: this one holds their time. */
  maxDeeper: number;
  a: HopQuantiles | null;
  b: HopQuantiles | null;
  /** Requests that the comparison of the two sides rests on; the quantiles are of all there are. */
  tested: Sides<number>;
  /** Of self time or gap, the figure that is tested; all hops' intervals have simultaneous coverage. */
  differenceMs: Estimate;
  /** The same test as a ratio; null where b's typical time is zero. */
  ratio: Estimate;
  /** Adjusted for the number of hops. */
  verdict: Verdict;
  pAdjusted: number | null;
  /** Why verdict and interval disagree, in a sentence; null where they agree. */
  remark: string | null;
  /** What as much data as this could have found beside all other hops; null: nothing is tested. */
  smallestDifference: SmallestDifference | null;
  /** Only where measure is 'gap'. */
  split: Sides<GapSplit | null> | null;
  criticalPath: Sides<CriticalPath | null>;
  /** Of self time or gap. */
  ecdf: Sides<readonly EcdfPoint[]>;
  quantileDifferences: readonly QuantileDifference[];
}>;
