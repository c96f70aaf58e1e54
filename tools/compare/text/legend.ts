import type { Sides } from '../cohorts/cohort.ts';
import type { Comparison } from '../result/comparison.ts';
import type { Hop } from '../statistics/hop.ts';
import type { Overall } from '../statistics/overall.ts';

/** What a difference is of, and what lies in a gap: the same in every output. */

/** A difference is that of a typical one of these. */
export function typicalUnit({ design }: Pick<Overall, 'design'>): 'pair' | 'run' | 'window' {
  if (design === 'paired-runs' || design === 'paired-requests') return 'pair';
  return design === 'runs' ? 'run' : 'window';
}

/** From when to when the latency of a request counts. */
export const measuredFrom = ({ profile }: Pick<Comparison, 'profile'>): string =>
  `from ${profile === 'general' ? "the root's start" : 'their scheduled time'} to the root's end`;

/** Beside the tails and the hops, whose quantiles are of other requests and of other times. */
export const latencyLegend = (comparison: Pick<Comparison, 'profile'>): string =>
  `p50 to p99: of all requests of the row without an error, ${measuredFrom(comparison)}.`;

/** What the quantiles of a span are of, beside those of its self time or gap. */
export const SPAN_EXTENT = 'from the start of the span to its end';

/** Of a system without a front end's spans no gap is divided. */
export const gapPlaces = ({ split }: Pick<Hop, 'split'>): string =>
  split === null ? 'network, proxies and queues' : 'network and platform';

/** What the signs and the two kinds of time mean, below every table of hops. */
export function legendOf(
  { a, b }: Sides<string>,
  { overall, hops }: Pick<Comparison, 'overall' | 'hops'>,
): readonly string[] {
  const gap = hops.find(({ measure }) => measure === 'gap');
  return [
    `difference: ${a} minus ${b} of a typical ${typicalUnit(overall)}, not of the medians; + means ${a} is slower.`,
    gap === undefined
      ? 'self: no span below is at work.'
      : `self: no span below is at work. gap: client span minus server span (${gapPlaces(gap)}).`,
  ];
}
