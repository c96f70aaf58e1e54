/**
 * What SPAN_FLUSH=before-response adds to a request, with a trace backend that answers at once and
 * one that takes 50 ms. Requests come one at a time; a round asks both pairs in turns.
 */

import type { Figure, Opened, Row, Sample } from '../row.ts';
import type { BenchSystem, Pair } from '../system/bench-system.ts';
import type { Stored } from '../system/cloud.ts';
import type { LoadResult } from '../system/load.ts';
import { measureUsage } from '../system/measure-usage.ts';

/** Client and server each wait for a write. */
const HOPS = 2;
/** What lib/telemetry/response-flush.ts lets a hop wait. */
const MOST_ADDED_MS = 100 * HOPS;
const ROUND_TRIPS_MS = [0, 50] as const;
const REQUESTS = 10;

export const row: Row = {
  rounds: { quick: 2, full: 11 },
  async open({ quick, seed, startSystem }): Promise<Opened> {
    const system = await startSystem();
    try {
      const pairs = {
        background: await system.startPair({ SPAN_FLUSH: 'background' }),
        flushing: await system.startPair({ SPAN_FLUSH: 'before-response' }),
      };
      const turns = quick ? 1 : 6;
      return {
        variants: Object.fromEntries(
          ROUND_TRIPS_MS.map((delayMs) => [
            `${delayMs} ms`,
            { run: () => run(system, pairs, { delayMs, turns, seed }) },
          ]),
        ),
        figures: ROUND_TRIPS_MS.flatMap(figuresOf),
        check: (answer) => (answer === null ? undefined : String(answer)),
        close: system.close,
      };
    } catch (error) {
      await system.close();
      throw error;
    }
  },
};

const figuresOf = (delayMs: number): readonly Figure[] => {
  const added: Figure = {
    variant: `added to the median at ${delayMs} ms, against the bound`,
    ours: `${delayMs} ms`,
    other: MOST_ADDED_MS,
    metric: 'addedMs',
    unit: 'ms',
    // "Never": so it is the round that added most.
    goal: { of: 'worst', atMost: MOST_ADDED_MS },
  };
  if (delayMs === 0) return [added];
  const perHop = `added a hop at ${delayMs} ms, against a round trip`;
  const limit = { other: delayMs, goal: { of: 'ratio', atMost: 1.1 } } as const;
  return [added, { ...added, ...limit, variant: perHop, metric: 'addedPerHopMs' }];
};

type Pairs = Readonly<Record<'background' | 'flushing', Pair>>;

async function run(
  system: BenchSystem,
  pairs: Pairs,
  options: { delayMs: number; turns: number; seed: number },
): Promise<Sample> {
  await system.cloud.ask('delayWrites', options.delayMs);
  const programs = Object.values(pairs).flatMap((pair) => pair.programs);
  const { result, own, othersCpuMs } = await measureUsage(system, programs, () =>
    askBoth(system, pairs, options),
  );
  const { background, flushing, writes } = result;
  const addedMs = meanOfMedians(flushing) - meanOfMedians(background);
  const wrong = [...background, ...flushing].find((each) => each.wrong !== null)?.wrong;
  const requests = REQUESTS * options.turns;
  return {
    metrics: { addedMs, addedPerHopMs: addedMs / HOPS, totalCpuMs: own.cpuMs },
    answer: wrong ?? (writes < requests ? `${writes} writes for ${requests} requests` : null),
    peakMemoryMb: own.peakMb,
    othersCpuMs,
  };
}

const meanOfMedians = (results: readonly LoadResult[]) =>
  results.reduce((sum, { p50Ms }) => sum + p50Ms, 0) / results.length;

/** `writes`: those while the flushing pair answered. A pair that does not flush makes hardly any. */
async function askBoth(
  system: BenchSystem,
  pairs: Pairs,
  { turns, seed }: Readonly<{ turns: number; seed: number }>,
) {
  const background: LoadResult[] = [];
  const flushing: LoadResult[] = [];
  let writes = 0;
  for (let turn = 0; turn < turns; turn += 1) {
    const burst = { requests: REQUESTS, connections: 1, seed: seed + turn };
    background.push(await system.run({ ...burst, origin: pairs.background.origin }));
    await system.cloud.ask('clear');
    flushing.push(await system.run({ ...burst, origin: pairs.flushing.origin }));
    writes += (await system.cloud.ask<Stored>('stored', 1)).writes;
  }
  return { background, flushing, writes };
}
