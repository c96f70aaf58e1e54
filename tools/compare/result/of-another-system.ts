import { counted } from '../../cli/format.ts';
import { FEWEST_VALUES } from '../statistics/contrast.ts';
import type { CohortSummary } from './cohort-summary.ts';
import type { Comparison } from './comparison.ts';
import type { WarningId } from './warning-texts.ts';
import type { Warning } from './warnings.ts';

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
      .map((warning) => reworded(warning, comparison)),
    methods: hasFrontEnd ? methods : methods.map((line) => (line.startsWith('Gap:') ? GAP : line)),
  };
}

const GAP = 'Gap: client span minus server span (network, proxies and queues).';

/** What they compare with a schedule, another system has none of. */
const OF_THE_SCHEDULE: ReadonlySet<WarningId> = new Set([
  ...(['unpaired', 'unequal-load', 'different-query-mix', 'sampled'] as const),
]);

/** More traces help only where there are few. */
function reworded(warning: Warning, { cohorts: { a, b }, overall }: Comparison): Warning {
  const { id, advice } = warning;
  // The verdict counts no request whose operation is rare; here it would read as if none was there.
  const finding =
    id === 'too-few-traces' && !overall.paired
      ? `${counted(warmOf(a), 'warm request')} in ${a.label}, ${warmOf(b)} in ${b.label}; a verdict needs ${FEWEST_VALUES}`
      : warning.finding;
  const hasFew = (count: (side: CohortSummary) => number) =>
    Math.min(count(a), count(b)) < FEWEST_VALUES;
  if (id === 'too-few-traces' && !hasFew(({ traces }) => traces)) {
    if (hasFew(({ whole }) => whole)) return { id, finding, advice: MOSTLY_INCOMPLETE };
    if (!hasFew(warmOf)) return { id, ...FEW_IN_COMMON };
  }
  return { id, finding, advice: ADVICE[id] ?? advice };
}

const warmOf = ({ latency }: CohortSummary): number => latency.warm?.n ?? 0;

const MOSTLY_INCOMPLETE =
  'Fix the incomplete traces first. If the callers of the system are not traced on purpose, say ' +
  "what a request begins with, such as --root 'service=frontend'.";

const FEW_IN_COMMON = {
  finding: `fewer than ${FEWEST_VALUES} warm requests of operations that both sides have`,
  advice:
    'An operation is the service and the name of the root span. Compare sides that have the same ' +
    'operations, and leave ids out of their names.',
};

const ADVICE: Partial<Readonly<Record<WarningId, string>>> = {
  'too-few-traces': 'Read more traces: a longer time, or more files.',
  'too-few-runs': 'Read a longer time on both sides.',
};
