import { counted } from '../../cli/format.ts';
import { SETTLED_AFTER_MS } from '../../traces/completeness.ts';
import type { Sides } from '../cohorts/cohort.ts';
import type { Comparison } from '../result/comparison.ts';

/** What was read and left out of every count, a sentence for each reason. */
export function leftOut({
  inBothCohorts,
  stillArriving,
  overall,
  cohorts,
}: Comparison): readonly string[] {
  const traces = (count: number) => counted(count, 'trace');
  return [
    ...(inBothCohorts > 0 ? [`${traces(inBothCohorts)} left out: both filters match them.`] : []),
    ...(stillArriving > 0
      ? [
          `${traces(stillArriving)} left out: incomplete, and ended less than ${SETTLED_AFTER_MS / 1_000} s before they were read, so spans may still be arriving.`,
        ]
      : []),
    ...otherOperations(overall, { a: cohorts.a.label, b: cohorts.b.label }),
  ];
}

/** A request of what the other side is never asked compares with nothing. */
function otherOperations(
  { windows }: Comparison['overall'],
  labels: Sides<string>,
): readonly string[] {
  if (windows === null || windows.mix.length === 0) return [];
  const { a, b } = windows.leftOut;
  if (a + b === 0) return [];
  return [
    `The verdict leaves out ${counted(a, 'warm request')} of ${labels.a} and ${b} of ${labels.b}: their operations (service and name of the root span) are rare or missing on the other side.`,
  ];
}
