import { counted } from '../../cli/format.ts';
import type { Comparison } from '../result/comparison.ts';

/** That the verdict rests on the first root of each trace, where traces have several. */
export function severalRootsText({
  severalRoots,
  cohorts: { a, b },
}: Pick<Comparison, 'severalRoots' | 'cohorts'>): readonly string[] {
  if (severalRoots === undefined) return [];
  return [
    `${severalRoots.a} of ${counted(a.traces, 'trace')} of ${a.label} and ${severalRoots.b} of ${b.traces} of ${b.label} have several roots, and only the first root of each trace is compared. To compare another span, name it: --root 'service=SERVICE,name=NAME'.`,
  ];
}
