import type { Trace } from '../../traces/model.ts';

/** At most `most` traces, by their first spans: spans arrive in the order in which processes export. */
export function newestFirst(traces: readonly Trace[], most: number): Trace[] {
  return traces
    .map((trace) => ({ trace, startMs: startOf(trace) }))
    .sort((one, other) => other.startMs - one.startMs)
    .slice(0, most)
    .map(({ trace }) => trace);
}

/** Reduced, since a call takes fewer arguments than a trace can have spans. */
export const startOf = ({ spans }: Trace): number =>
  spans.reduce((earliest, { startMs }) => Math.min(earliest, startMs), Infinity);
