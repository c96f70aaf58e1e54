import { UsageError } from '../../../cli/command-line.ts';
import type { Deviation } from '../../deviation.ts';
import type { Trace } from '../../model.ts';
import type { TraceSource } from '../source.ts';
import { chooseSlices } from './choose-slices.ts';
import { readSome } from './read-some.ts';
import type { Sample } from './sample.ts';
import { FILE_BUDGET, type FileBudget } from './sample-options.ts';
import { createSeenTraces } from './seen-traces.ts';

/**
 * Files of which, where they hold more than the budget, the traces of some slices of time are given,
 * and those in which something failed. They are read completely first, to see when each trace begins:
 * the numbers of the window are exact.
 */
export function sampleFiles(
  source: TraceSource,
  { budget, seed }: Readonly<{ budget: FileBudget; seed: number }>,
): TraceSource {
  let sample: Sample | null = null;
  let deviations: readonly Deviation[] | null = null;

  async function* read(signal: AbortSignal): AsyncGenerator<Trace> {
    [sample, deviations] = [null, null];
    const size = (await source.size?.(signal)) ?? { traces: null, bytes: 0 };
    const isWithin = (size.traces ?? 0) <= budget.traces && size.bytes <= budget.bytes;
    if (isWithin && budget.runs === Number.POSITIVE_INFINITY) return yield* source.read(signal);
    const seen = createSeenTraces();
    for await (const trace of source.read(signal)) seen.add(trace);
    if (source.sample?.() && budget !== FILE_BUDGET) {
      throw new UsageError(
        '--max-runs and --max-bytes cannot sample a saved sample; leave them out to read all of it',
      );
    }
    const chosen = source.sample?.()
      ? null
      : chooseSlices(seen, { budget, seed, bytes: size.bytes });
    // What deviates was told of every trace; the second reading tells only of some.
    deviations = source.deviations();
    sample = chosen?.sample ?? source.sample?.() ?? null;
    yield* readSome(source, chosen?.isWanted ?? (() => true), signal);
  }

  return {
    ...source,
    read,
    sample: () => sample ?? source.sample?.() ?? null,
    deviations: () => deviations ?? source.deviations(),
  };
}
