import type { Sides } from '../../cohorts/cohort.ts';
import type { PairedRun, Run } from '../../cohorts/pairing.ts';
import type { RequestRecord } from '../../cohorts/request-record.ts';
import { type FixedMix, fixedMixOf, type WindowedSide } from './fixed-mix.ts';
import type { Windows } from './windows.ts';

/** A figure of the requests by window of the clock. */
export type Windowed = Readonly<{ windows: Windows; sides: Sides<WindowedSide>; mix: FixedMix }>;

type FigureOf = (record: RequestRecord) => number | null;

/** Requests that pair: of a pair both must count. */
export function windowPairs(runs: readonly PairedRun[], windows: Windows, figureOf: FigureOf) {
  const kept = runs.map(({ pairs }, run) => {
    const all = windows.operationOf.a[run] as Uint16Array;
    const [a, b] = [new Float64Array(pairs.length), new Float64Array(pairs.length)];
    const operations = new Uint16Array(pairs.length);
    let filled = 0;
    for (const [index, pair] of pairs.entries()) {
      const [ofA, ofB] = [figureOf(pair.a), figureOf(pair.b)];
      if (ofA === null || ofB === null) continue;
      [a[filled], b[filled], operations[filled]] = [ofA, ofB, all[index] as number];
      filled += 1;
    }
    return {
      at: windows.at.a[run] as number,
      a: a.subarray(0, filled),
      b: b.subarray(0, filled),
      operations: operations.subarray(0, filled),
    };
  });
  const filled = kept.filter(({ a }) => a.length > 0);
  const at = filled.map((run) => run.at);
  const operations = filled.map((run) => run.operations);
  return {
    paired: true as const,
    runs: filled.map(({ a, b }) => ({ a, b })),
    windowed: windowedOf(windows, {
      a: { at, operations, figures: filled.map(({ a }) => a) },
      b: { at, operations, figures: filled.map(({ b }) => b) },
    }),
  };
}

/** Each side by itself; of paired windows those in which both have a figure. */
export function windowSides(runs: Sides<readonly Run[]>, windows: Windows, figureOf: FigureOf) {
  const all = {
    a: sideOf(runs.a, { at: windows.at.a, operationOf: windows.operationOf.a }, figureOf),
    b: sideOf(runs.b, { at: windows.at.b, operationOf: windows.operationOf.b }, figureOf),
  };
  const sides =
    windows.kind === 'paired-windows'
      ? { a: within(all.a, new Set(all.b.at)), b: within(all.b, new Set(all.a.at)) }
      : all;
  return {
    paired: false as const,
    a: sides.a.figures,
    b: sides.b.figures,
    windowed: windowedOf(windows, sides),
  };
}

const windowedOf = (windows: Windows, sides: Sides<WindowedSide>): Windowed => ({
  windows,
  sides,
  mix: fixedMixOf(sides, windows.operations.length),
});

function sideOf(
  runs: readonly Run[],
  of: Readonly<{ at: readonly number[]; operationOf: readonly Uint16Array[] }>,
  figureOf: FigureOf,
): WindowedSide {
  const kept = runs.map(({ records }, run) => {
    const all = of.operationOf[run] as Uint16Array;
    const figures = new Float64Array(records.length);
    const operations = new Uint16Array(records.length);
    let filled = 0;
    for (const [index, record] of records.entries()) {
      const figure = figureOf(record);
      if (figure === null) continue;
      figures[filled] = figure;
      operations[filled] = all[index] as number;
      filled += 1;
    }
    return {
      at: of.at[run] as number,
      figures: figures.subarray(0, filled),
      operations: operations.subarray(0, filled),
    };
  });
  const filled = kept.filter(({ figures }) => figures.length > 0);
  return {
    at: filled.map(({ at }) => at),
    figures: filled.map(({ figures }) => figures),
    operations: filled.map(({ operations }) => operations),
  };
}

function within({ at, figures, operations }: WindowedSide, numbers: ReadonlySet<number>) {
  const isInside = (_: unknown, run: number) => numbers.has(at[run] as number);
  return {
    at: at.filter(isInside),
    figures: figures.filter(isInside),
    operations: operations.filter(isInside),
  };
}
