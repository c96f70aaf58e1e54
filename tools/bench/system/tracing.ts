import { setTimeout as sleep } from 'node:timers/promises';
import { HEAP_GROWTH_AFTER_MS } from '../../../lib/heap-growth.ts';
import type { Figure, Opened, RowOptions, Sample } from '../row.ts';
import type { BenchSystem, Pair } from './bench-system.ts';
import { checkBurst, runPair } from './run-pair.ts';

/** Server span, client, RPC out, RPC in, works.read, works.search. */
const SPANS = 6;
/** Enough to keep both programs busy, as many as one instance of Cloud Run gets by terraform/. */
const CONNECTIONS = 20;

const WAYS = {
  off: { env: { OTEL_SDK_DISABLED: 'true' }, spans: 0 },
  'no exporter': { env: { OTEL_TRACES_EXPORTER: 'none' }, spans: 0 },
  gcp_trace: { env: { OTEL_TRACES_EXPORTER: 'gcp_trace' }, spans: SPANS },
  otlp: { env: { OTEL_TRACES_EXPORTER: 'otlp' }, spans: SPANS },
} as const;

type Way = keyof typeof WAYS;
type Options = RowOptions & Readonly<{ figures: readonly Figure[] }>;

/** The same burst through a client and a server for each way of tracing, over kept texts. */
export const openTracing = (names: readonly Way[], options: Options): Promise<Opened> =>
  openWays(names, options, async (system, way) => {
    const pair = await system.startPair(WAYS[way].env);
    await resetPeaks(pair);
    return () => sendBurst(system, pair, { way, ...options });
  });

/**
 * The same, but each round starts a client and a server as the images run them, and ends them: a peak
 * depends on when V8 collects everything, so one start says little.
 */
export async function openTracingStarts(names: readonly Way[], options: Options): Promise<Opened> {
  const built = await options.buildPrograms();
  const opened = await openWays(names, options, async (system, way) => async () => {
    const pair = await system.startPair(WAYS[way].env, built);
    try {
      // From then on the heap may grow: else it grew less the faster a way is.
      await sleep(options.quick ? 0 : HEAP_GROWTH_AFTER_MS);
      await resetPeaks(pair);
      let left = options.quick ? 1 : 4;
      let sample: Sample;
      do {
        sample = await sendBurst(system, pair, { way, ...options });
        left -= 1;
        // Report the burst with the wrong answer, not a later one.
      } while (left > 0 && checkBurst(sample.answer) === undefined);
      return sample;
    } finally {
      await Promise.all(pair.programs.map(({ stop }) => stop()));
    }
  }).catch(async (error) => {
    await built.remove();
    throw error;
  });
  return {
    ...opened,
    async close() {
      await opened.close?.().finally(built.remove);
    },
  };
}

async function openWays(
  names: readonly Way[],
  { startSystem, figures }: Options,
  open: (system: BenchSystem, way: Way) => Promise<() => Promise<Sample>>,
): Promise<Opened> {
  const system = await startSystem();
  try {
    const variants = await Promise.all(
      names.map(async (way) => [way, { run: await open(system, way) }] as const),
    );
    const { close } = system;
    return { variants: Object.fromEntries(variants), figures, check: checkBurst, close };
  } catch (error) {
    await system.close();
    throw error;
  }
}

/** To strip the types of the sources takes more memory than a request, traced or not. */
async function resetPeaks({ programs }: Pair): Promise<void> {
  for (const program of programs) await program.ask('resetPeak');
}

const sendBurst = (
  system: BenchSystem,
  pair: Pair,
  { way, quick, seed }: Readonly<{ way: Way; quick: boolean; seed: number }>,
): Promise<Sample> => {
  const burst = {
    requests: quick ? 300 : 2_000,
    connections: CONNECTIONS,
    spans: WAYS[way].spans,
  };
  return runPair(system, pair, burst, seed);
};
