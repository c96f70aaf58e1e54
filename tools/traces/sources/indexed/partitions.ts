import type { Entries } from './entries.ts';

/** Of the file; in memory spans take some four times as much. */
const PARTITION_BYTES = 4 * 1_024 * 1_024;

/** Some spans, by their rising numbers: where they are, and of which trace. */
export type Part = Readonly<{
  numbers: Uint32Array;
  at: Float64Array;
  length: Uint32Array;
  trace: Uint32Array;
}>;

/**
 * Divides the traces, in their order, so that the spans of each part fit into memory. Only parts that
 * are not complete yet are in memory: where the spans of a trace are near each other, few at a time.
 */
export function* partitionsOf(
  entries: Entries,
  traces: number,
  isWanted: (trace: number) => boolean = () => true,
): Generator<Part> {
  const { partOf, sizes } = divide(entries, { traces, isWanted });
  const open = new Map<number, ReturnType<typeof createPart>>();
  let next = 0;
  let number = 0;
  for (const { at, length, trace } of entries.blocks()) {
    for (let place = 0; place < at.length; place += 1) {
      const ofTrace = trace[place] as number;
      number += 1;
      if (!isWanted(ofTrace)) continue;
      const part = partOf[ofTrace] as number;
      let opened = open.get(part);
      if (opened === undefined) {
        opened = createPart(sizes[part] as number);
        open.set(part, opened);
      }
      opened.add(number - 1, [at[place] as number, length[place] as number, ofTrace]);
      if (part !== next) continue;
      for (let done = open.get(next); done?.isComplete() === true; done = open.get(next)) {
        open.delete(next);
        next += 1;
        yield done.part;
      }
    }
  }
}

/** Those of some traces. */
export function partOf(entries: Entries, isWanted: (trace: number) => boolean): Part {
  const found: number[] = [];
  const values: (readonly [number, number, number])[] = [];
  let number = 0;
  for (const { at, length, trace } of entries.blocks()) {
    for (let place = 0; place < at.length; place += 1) {
      const ofTrace = trace[place] as number;
      if (isWanted(ofTrace)) {
        found.push(number);
        values.push([at[place] as number, length[place] as number, ofTrace]);
      }
      number += 1;
    }
  }
  const { part, add } = createPart(found.length);
  for (const [place, value] of values.entries()) add(found[place] as number, value);
  return part;
}

/** To which part each trace belongs, and how many spans each part has. */
function divide(
  entries: Entries,
  { traces, isWanted }: Readonly<{ traces: number; isWanted: (trace: number) => boolean }>,
) {
  const bytes = new Float64Array(traces);
  const spans = new Uint32Array(traces);
  for (const { length, trace } of entries.blocks()) {
    for (let place = 0; place < trace.length; place += 1) {
      const ofTrace = trace[place] as number;
      bytes[ofTrace] = (bytes[ofTrace] as number) + (length[place] as number);
      spans[ofTrace] = (spans[ofTrace] as number) + 1;
    }
  }
  const sizes: number[] = [];
  const partOf = new Uint32Array(traces);
  let filled = Number.POSITIVE_INFINITY;
  for (let trace = 0; trace < traces; trace += 1) {
    if (!isWanted(trace)) continue;
    const ofTrace = bytes[trace] as number;
    if (filled + ofTrace > PARTITION_BYTES) {
      sizes.push(0);
      filled = 0;
    }
    filled += ofTrace;
    const part = sizes.length - 1;
    partOf[trace] = part;
    sizes[part] = (sizes[part] as number) + (spans[trace] as number);
  }
  return { partOf, sizes };
}

function createPart(size: number) {
  const part = {
    numbers: new Uint32Array(size),
    at: new Float64Array(size),
    length: new Uint32Array(size),
    trace: new Uint32Array(size),
  };
  let filled = 0;
  return {
    part,
    add(number: number, [at, length, trace]: readonly [number, number, number]): void {
      part.numbers[filled] = number;
      part.at[filled] = at;
      part.length[filled] = length;
      part.trace[filled] = trace;
      filled += 1;
    },
    isComplete: () => filled === size,
  };
}
