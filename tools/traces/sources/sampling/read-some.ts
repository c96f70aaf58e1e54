import type { Trace } from '../../model.ts';
import type { TraceSource } from '../source.ts';

/** The traces of a source that are wanted by their place in what it gives; it was read before. */
export async function* readSome(
  source: TraceSource,
  isWanted: (place: number) => boolean,
  signal: AbortSignal,
): AsyncGenerator<Trace> {
  if (source.readSome !== undefined) return yield* source.readSome(isWanted, signal);
  let place = 0;
  for await (const trace of source.read(signal)) {
    if (isWanted(place)) yield trace;
    place += 1;
  }
}
