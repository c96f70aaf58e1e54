/**
 * What SPAN_FLUSH=before-response adds to a request, with a trace backend that answers at once and
 * one that takes 50 ms. Requests come one at a time; a round asks both pairs in turns.
 */

import type { Figure, Opened, Row, Sample } from '../row.ts';
import { type BenchSystem, type Pair, startBenchSystem } from '../system/bench-system.ts';
import type { LoadResult } from '../system/load.ts';

/** Client and server each wait for a write. */
const HOPS = 2;
/** What lib/telemetry/response-flush.ts lets a hop wait. */
const MOST_ADDED_MS = 100 * HOPS;
const ROUND_TRIPS_MS = [0, 50] as const;
const REQUESTS = 10;

export const row: Row = {
  rounds: { quick: 3, full: 11 },
  async open({ quick, seed }): Promise<Opened> {
    const system = await startBenchSystem();
    try {
      const pairs = {
        background: await system.startPair({ SPAN_FLUSH: 'background' }),
        flushing: await system.startPair({ SPAN_FLUSH: 'before-response' }),
      };
      const turns = quick ? 2 : 6;
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
    goal: { of: 'ours', atMost: MOST_ADDED_MS },
  };
  if (delayMs === 0) return [added];
  const perHop = `added a hop at ${delayMs} ms, against a round trip`;
  const limit = { other: delayMs, goal: { of: 'ratio', atMost: 1.1 } } as const;
  return [added, { ...added, ...limit, variant: perHop, metric: 'addedPerHopMs' }];
};

async function run(
  system: BenchSystem,
  pairs: Readonly<Record<'background' | 'flushing', Pair>>,
  options: { delayMs: number; turns: number; seed: number },
): Promise<Sample> {
  const { delayMs, turns, seed } = options;
  await system.cloud.ask('delayWrites', delayMs);
  const results: { background: LoadResult[]; flushing: LoadResult[] } = {
    background: [],
    flushing: [],
  };
  for (let turn = 0; turn < turns; turn += 1) {
    for (const name of ['background', 'flushing'] as const) {
      const { origin } = pairs[name];
      const burst = { origin, requests: REQUESTS, connections: 1, seed: seed + turn };
      results[name].push(await system.run(burst));
    }
  }
  const medianMs = (of: readonly LoadResult[]) =>
    of.reduce((sum, { p50Ms }) => sum + p50Ms, 0) / of.length;
  const addedMs = medianMs(results.flushing) - medianMs(results.background);
  const wrong = [...results.background, ...results.flushing].find((each) => each.wrong !== null);
  return {
    metrics: { addedMs, addedPerHopMs: addedMs / HOPS },
    answer: wrong?.wrong ?? null,
  };
}
