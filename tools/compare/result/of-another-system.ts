import type { Comparison } from './comparison.ts';
import type { WarningId } from './warning-texts.ts';

/**
 * The comparison without what holds for this system alone: nothing is scheduled, no front end of a
 * platform need be there, and nobody knows what drives the load.
 */
export function ofAnotherSystem(comparison: Comparison): Comparison {
  const { overall, hops, cohorts, warnings, methods } = comparison;
  const hasFrontEnd = cohorts.a.frontEndStored + cohorts.b.frontEndStored > 0;
  return {
    ...comparison,
    overall: { ...overall, measure: 'root latency' },
    // Without one no gap is divided, which needs no saying at each of them.
    hops: hasFrontEnd ? hops : hops.map((hop) => ({ ...hop, split: null })),
    warnings: warnings
      .filter(({ id }) => !OF_THE_SCHEDULE.has(id))
      .map((warning) => ({ ...warning, advice: ADVICE[warning.id] ?? warning.advice })),
    methods: hasFrontEnd ? methods : methods.map((line) => (line.startsWith('Gap:') ? GAP : line)),
  };
}

const GAP = 'Gap: client span minus server span (network, proxies and queues).';

/** What they compare with a schedule, another system has none of. */
const OF_THE_SCHEDULE: ReadonlySet<WarningId> = new Set([
  ...(['unpaired', 'unequal-load', 'different-query-mix', 'sampled'] as const),
]);

const ADVICE: Partial<Readonly<Record<WarningId, string>>> = {
  'too-few-traces': 'Read more traces: a longer time, or more files.',
  'too-few-runs': 'Read a longer time on both sides.',
};
