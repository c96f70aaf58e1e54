import { contrast } from '../../../../tools/compare/statistics/contrast.ts';
import { figuresOf, type Sample } from '../../../../tools/compare/statistics/design.ts';
import { compareOverall } from '../../../../tools/compare/statistics/overall.ts';
import { LOGARITHM } from '../../../../tools/compare/statistics/scale.ts';

/** Six runs and more of four pairs: what `of` makes of run and request. */
export function pairedSample(
  runs: number,
  of: (run: number, request: number) => { a: number; b: number },
): Sample {
  return {
    paired: true,
    runs: Array.from({ length: runs }, (_, run) =>
      inColumns(Array.from({ length: 4 }, (_, request) => of(run, request))),
    ),
  };
}
export const inColumns = (pairs: readonly { a: number; b: number }[]) => ({
  a: pairs.map(({ a }) => a),
  b: pairs.map(({ b }) => b),
});
/** The verdict on a sample, beside no other. */
export const overallOf = (sample: Sample) =>
  compareOverall(
    {
      sample,
      ratios: contrast(sample, { a: LOGARITHM, b: LOGARITHM }),
      requestMs: Math.max(...figuresOf(sample).b),
      unnamed: 0,
    },
    null,
  );
