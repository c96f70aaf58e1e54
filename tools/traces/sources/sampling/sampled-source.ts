import type { Trace } from '../../model.ts';
import { errorOf } from '../../span.ts';
import type { TraceSource } from '../source.ts';
import { inSample, type Sample, startOf } from './sample.ts';
import { inTurn, MINUTE_MS, type Stratum, strataOf } from './slices.ts';

/**
 * A source whose traces are read twice: once to see in which minutes they begin, and then those of at
 * most `mostRuns` minutes, with all traces in which something failed.
 */
export function sampleMinutes(
  source: TraceSource,
  { mostRuns, seed }: Readonly<{ mostRuns: number; seed: number }>,
): TraceSource {
  let sample: Sample | null = null;

  const choose = async (signal: AbortSignal): Promise<Sample | null> => {
    const minutes = new Set<number>();
    let traces = 0;
    for await (const trace of source.read(signal)) {
      traces += 1;
      minutes.add(Math.floor(startOf(trace) / MINUTE_MS));
    }
    const strata = strataWith(minutes, seed);
    const slices = inTurn(strata, seed);
    if (slices.length <= mostRuns) return null;
    const read = slices.slice(0, mostRuns);
    return { strata, read, sliceMs: MINUTE_MS, seed, failures: 'all', traces };
  };

  return {
    ...source,
    async *read(signal) {
      sample = await choose(signal);
      const isRead = sample === null ? () => true : inSample(sample);
      for await (const trace of source.read(signal)) {
        if (isRead(startOf(trace)) || hasFailure(trace)) yield trace;
      }
    },
    sample: () => sample,
  };
}

/** Files may lie days apart: hours without a trace are no part of the window. */
function strataWith(minutes: ReadonlySet<number>, seed: number): readonly Stratum[] {
  const inOrder = [...minutes].sort((one, other) => one - other);
  const [first, last] = [inOrder[0], inOrder.at(-1)];
  if (first === undefined || last === undefined) return [];
  const hours = new Set(inOrder.map(hourOf));
  return [...hours].flatMap((hour) => {
    const startMs = Math.max(first, hour * 60) * MINUTE_MS;
    const endMs = Math.min(last + 1, (hour + 1) * 60) * MINUTE_MS;
    return strataOf({ startMs, endMs }, MINUTE_MS, seed);
  });
}

const hourOf = (minute: number): number => Math.floor(minute / 60);

const hasFailure = ({ spans }: Trace): boolean => spans.some((span) => errorOf(span) !== null);
