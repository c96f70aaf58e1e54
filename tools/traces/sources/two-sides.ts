import { createDeviationTally } from '../deviation.ts';
import type { Trace } from '../model.ts';
import { readSome } from './sampling/read-some.ts';
import { mergeSamples } from './sampling/sample.ts';
import type { SourceDescription, TraceSource } from './source.ts';

const SIDES = ['a', 'b'] as const;
type Side = (typeof SIDES)[number];

/** Two sources as one that knows which of its traces are of which: a's come first. */
export function joinSides(sides: Readonly<Record<Side, TraceSource>>): TraceSource {
  const sideOf = new WeakMap<Trace, Side>();
  let reading: Side = 'a';
  const counts = { a: 0, b: 0 };
  const tell = (trace: Trace, side: Side): Trace => {
    sideOf.set(trace, side);
    return trace;
  };
  const both = <T>(of: (source: TraceSource) => T): readonly [T, T] => [of(sides.a), of(sides.b)];
  return {
    describe: () => joined(...both((source) => source.describe())),
    readAtMs: () => sides[reading].readAtMs(),
    async *read(signal) {
      for (const side of SIDES) {
        reading = side;
        counts[side] = 0;
        for await (const trace of sides[side].read(signal)) {
          counts[side] += 1;
          yield tell(trace, side);
        }
      }
    },
    async *readSome(isWanted, signal) {
      let before = 0;
      for (const side of SIDES) {
        reading = side;
        const from = before;
        const some = readSome(sides[side], (place) => isWanted(from + place), signal);
        for await (const trace of some) yield tell(trace, side);
        before += counts[side];
      }
    },
    async size(signal) {
      const sizes = [await sides.a.size?.(signal), await sides.b.size?.(signal)];
      return {
        traces: sizes.reduce((sum, size) => sum + (size?.traces ?? 0), 0),
        bytes: sizes.reduce((sum, size) => sum + (size?.bytes ?? 0), 0),
      };
    },
    async find(traceIds, signal) {
      const found: Trace[] = [];
      for (const side of SIDES) {
        const ofSide = await sides[side].find(traceIds, signal);
        found.push(...ofSide.map((trace) => tell(trace, side)));
      }
      return found;
    },
    sample: () =>
      mergeSamples(both((source) => source.sample?.() ?? null).filter((one) => one !== null)),
    isOutside: (trace) => both((source) => source.isOutside?.(trace) === true).includes(true),
    sideOf: (trace) => sideOf.get(trace) ?? null,
    truncated() {
      const reasons = both((source) => source.truncated()).filter((reason) => reason !== null);
      return reasons.length === 0 ? null : [...new Set(reasons)].join('; ');
    },
    deviations() {
      const tally = createDeviationTally();
      for (const deviation of both((source) => source.deviations()).flat()) tally.add(deviation);
      return tally.all();
    },
  };
}

function joined(a: SourceDescription, b: SourceDescription): SourceDescription {
  const kind = a.kind === b.kind ? a.kind : 'file';
  const formats = [...new Set([a.format, b.format].filter((format) => format !== undefined))];
  return {
    kind,
    ...(formats.length > 0 && { format: formats.join(', ') }),
    name: `${a.name} and ${b.name}`,
    local: a.local || b.local,
    since: null,
    until: null,
  };
}
