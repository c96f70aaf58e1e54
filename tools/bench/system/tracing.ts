import type { Figure, Opened, RowOptions } from '../row.ts';
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

/** The same burst through a client and a server for each way of tracing, over kept texts. */
export async function openTracing(
  names: readonly (keyof typeof WAYS)[],
  options: RowOptions & Readonly<{ figures: readonly Figure[] }>,
): Promise<Opened> {
  const { quick, seed, figures } = options;
  const system = await options.startSystem();
  try {
    const requests = quick ? 300 : 2_000;
    const variants = await Promise.all(
      names.map(async (name) => {
        const { env, spans } = WAYS[name];
        const pair = await system.startPair(env);
        // To strip the types of the sources takes more memory than a request, traced or not.
        for (const program of pair.programs) await program.ask('resetPeak');
        const burst = { requests, connections: CONNECTIONS, spans };
        return [name, { run: () => runPair(system, pair, burst, seed) }] as const;
      }),
    );
    return {
      variants: Object.fromEntries(variants),
      figures,
      check: checkBurst,
      close: system.close,
    };
  } catch (error) {
    await system.close();
    throw error;
  }
}
