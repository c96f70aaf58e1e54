import type { Figure, Opened, RowOptions, Sample } from '../row.ts';
import type { BenchSystem, Pair } from './bench-system.ts';
import type { BuiltPrograms } from './built-programs.ts';
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
    const pair = await startWay(system, way);
    return () => sendBurst(system, pair, { way, ...options });
  });

/**
 * The same, but each round starts a client and a server as the images run them, and ends them. A peak
 * only grows, and how high it comes depends on when V8 happens to collect everything, so one start says
 * little.
 */
export async function openTracingStarts(names: readonly Way[], options: Options): Promise<Opened> {
  const built = await options.buildPrograms();
  const opened = await openWays(names, options, async (system, way) => async () => {
    const pair = await startWay(system, way, built);
    try {
      let sample = await sendBurst(system, pair, { way, ...options });
      for (let left = options.quick ? 0 : 3; left > 0; left -= 1) {
        // A burst that was answered wrong is the one to tell of.
        if (checkBurst(sample.answer) !== undefined) break;
        sample = await sendBurst(system, pair, { way, ...options });
      }
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
      await opened.close?.();
      await built.remove();
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

async function startWay(system: BenchSystem, way: Way, built?: BuiltPrograms): Promise<Pair> {
  const pair = await system.startPair(WAYS[way].env, built);
  // To strip the types of the sources takes more memory than a request, traced or not.
  for (const program of pair.programs) await program.ask('resetPeak');
  return pair;
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
