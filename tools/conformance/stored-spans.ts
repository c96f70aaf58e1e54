import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCloud } from '../local/cloud/local-cloud.ts';
import { platformClock } from '../local/platforms/platform.ts';
import type { Span } from '../traces/model.ts';
import type { Finding } from './check.ts';
import { holdsWithin } from './polling.ts';

/** Milliseconds since the Unix epoch. */
export type Window = Readonly<{ fromMs: number; toMs: number }>;

/** When it ran: the clock of spans, and so of a program on this machine. */
export async function timed(run: () => Promise<unknown>): Promise<Window> {
  const fromMs = platformClock.epochMs();
  await run();
  return { fromMs, toMs: platformClock.epochMs() };
}

/** The spans of the program under test. */
export type Stored = Readonly<{
  spansIn(traceId: string): readonly Span[];
  /** Of any trace, by when they started. */
  startedIn(window: Window): readonly Span[];
  /** How many have arrived so far, in any trace. */
  arrived(): number;
  /** Why exports were refused so far. */
  refusals(): readonly string[];
  /** Returns as soon as the trace has spans, and all that were sent before it had the time to. */
  awaitSpans(traceId: string, signal: AbortSignal): Promise<readonly Span[]>;
}>;

/** Exports of one batch and the next may overtake each other. */
const SETTLED_AFTER_MS = 300;

export type StoringCloud = Pick<LocalCloud, 'traceStore' | 'otlpRefusals'>;

export function readStored(
  { traceStore: store, otlpRefusals }: StoringCloud,
  withinMs: number,
): Stored {
  const spansIn = (traceId: string) => store.trace(traceId)?.spans ?? [];
  const arrived = () => store.stats().spans;
  return {
    spansIn,
    arrived,
    startedIn: ({ fromMs, toMs }) =>
      store
        .traces()
        .flatMap(({ spans }) => spans)
        .filter(({ startMs }) => startMs >= fromMs && startMs <= toMs),
    refusals: otlpRefusals,
    async awaitSpans(traceId, signal) {
      await holdsWithin(withinMs, () => spansIn(traceId).length > 0, signal);
      await sleep(SETTLED_AFTER_MS, undefined, { signal });
      return spansIn(traceId);
    },
  };
}

/** No span of any trace is there: what happened to them, as far as can be seen. */
export function findNothingStored(sent: string, store: Stored): Finding {
  const refusal = store.refusals().at(-1);
  const finding = (came: string, fix: string): Finding => ({ sent, came, fix });
  if (refusal === undefined) {
    return finding(
      'no span arrived, and no export that was refused',
      'start the program with the environment of this command, register the tracer provider, end every ' +
        'span, and export over HTTP (http/protobuf) to OTEL_EXPORTER_OTLP_ENDPOINT',
    );
  }
  const came = `exports arrived, and were refused: ${refusal}`;
  if (refusal.includes('gRPC')) {
    return finding(came, 'take the exporter for OTLP over HTTP, not the one for gRPC');
  }
  return finding(
    came,
    refusal.includes('gcp.project_id')
      ? 'let the SDK read the resource from OTEL_RESOURCE_ATTRIBUTES, which names gcp.project_id'
      : 'export OTLP over HTTP (http/protobuf) to OTEL_EXPORTER_OTLP_ENDPOINT with the path /v1/traces',
  );
}
