import { createColumn, doubles } from '../../columns.ts';
import type { Trace } from '../../model.ts';
import type { TraceSource } from '../source.ts';
import { type EstimatedTotal, estimateTotal } from './estimate.ts';
import { describeSample, inSample, type Sample, startOf } from './sample.ts';

/** A sample as a report has it. */
export type SampleResult = Readonly<{
  text: string;
  /** How many slices were read, of how many, and how long each is. */
  slices: number;
  of: number;
  sliceMs: number;
  seed: number;
  /** Whether every request that failed outside of the slices was read, as far as filters find them. */
  failures: Sample['failures'];
  /** Traces of the window, of both cohorts and of none. */
  traces: EstimatedTotal;
}>;

export type SampleTaken = Readonly<{ sample: Sample; result: SampleResult }>;

/** Says of each trace that a source reads whether it is of its sample, and in the end what that was. */
export function createSampleWatch(source: Pick<TraceSource, 'sample' | 'isOutside'>) {
  const starts = createColumn(doubles);
  let known: Sample | null = null;
  let isRead = (_: number): boolean => true;
  return {
    see(trace: Trace): boolean {
      const sample = source.sample?.() ?? null;
      if (source.isOutside?.(trace) === true) return false;
      if (sample === null) {
        // Files may say at their end that they hold a sample.
        if (source.isOutside !== undefined) starts.add(startOf(trace));
        return true;
      }
      if (sample !== known) {
        known = sample;
        isRead = inSample(sample);
      }
      const atMs = startOf(trace);
      const isIn = isRead(atMs);
      if (isIn) starts.add(atMs);
      return isIn;
    },
    /** null: everything was read. */
    taken(): SampleTaken | null {
      const sample = source.sample?.() ?? null;
      if (sample === null) return null;
      const { strata, read, sliceMs, seed, traces } = sample;
      const startsMs = starts.all();
      const result: SampleResult = {
        text: describeSample(sample, startsMs),
        slices: read.length,
        of: strata.reduce((sum, { length }) => sum + length, 0),
        ...{ sliceMs, seed, failures: sample.failures },
        traces:
          traces === null
            ? estimateTotal(sample, startsMs)
            : { estimate: traces, low: traces, high: traces },
      };
      return { sample, result };
    },
  };
}
