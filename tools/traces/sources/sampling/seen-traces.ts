import { createColumn, doubles, integers } from '../../columns.ts';
import type { Trace } from '../../model.ts';
import { errorOf } from '../../span.ts';
import { startOf } from './sample.ts';

const FAILED = 2 ** 31;

export type SeenTraces = ReturnType<typeof createSeenTraces>;

/**
 * What is kept of every trace of files, in their order, whether it is read as part of a sample or not:
 * its start, how many spans it has, and whether something in it failed. 12 bytes each, 18 while they
 * grow.
 */
export function createSeenTraces() {
  const starts = createColumn(doubles);
  const sizes = createColumn(integers);
  let spans = 0;
  return {
    add(trace: Trace): void {
      const hasFailed = trace.spans.some((span) => errorOf(span) !== null);
      starts.add(startOf(trace));
      sizes.add(trace.spans.length + (hasFailed ? FAILED : 0));
      spans += trace.spans.length;
    },
    length: () => starts.length(),
    /** Of all traces together. */
    spans: () => spans,
    startMs: (place: number) => starts.at(place),
    spansOf: (place: number) => sizes.at(place) % FAILED,
    hasFailed: (place: number) => sizes.at(place) >= FAILED,
  };
}
