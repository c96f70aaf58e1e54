import type { Span } from '../traces/model.ts';
import { type Stored, timed, type Window } from './stored-spans.ts';
import { casesFor, TOGETHER, type TraceCase } from './trace-cases.ts';
import { createIds, headersOf, type Ids } from './trace-headers.ts';

/** What one call sent, and what came of it. */
export type Sent = Readonly<{
  ids: Ids;
  /** null where the answer is right. */
  wrongAnswer: string | null;
  /** The trace headers of the call that the program made in turn; absent where it made none. */
  passedOn?: Readonly<Record<string, string>> | undefined;
}>;

export type Send = (
  headers: Readonly<Record<string, string | Buffer>>,
) => Promise<Pick<Sent, 'wrongAnswer' | 'passedOn'>>;

export type Strays = Readonly<{
  sent: number;
  traces: number;
  /** Of one of their spans. */
  name: string | undefined;
}>;

export type TraceRun = Readonly<{
  /** Whether a span of any trace arrived. */
  isAnyStored: boolean;
  store: Stored;
  /** Calls with the same headers, and how many of them are recorded. */
  sampled: Readonly<{ sent: number; recorded: number }>;
  /** Calls, and the traces that none of them has. */
  strays: Strays;
  /** The same of health checks without trace headers. */
  probes: Strays;
  sent(id: string): Sent;
  spansOf(id: string): readonly Span[];
}>;

export const HEALTH = 'health';

/** How often the first case is sent: a sampler that decides by chance drops one of them. */
const REPEATED = 8;
const PROBES = 5;

/** Sends each case once, and waits until the spans of the last are stored. */
export async function runTraces(options: {
  program: 'server' | 'client';
  send: Send;
  checkHealth: (headers: Readonly<Record<string, string>>) => Promise<unknown>;
  store: Stored;
  signal: AbortSignal;
}): Promise<TraceRun> {
  const { send, store, signal } = options;
  const arrivedBefore = store.arrived();
  const known = new Set<string>();
  const sent = new Map<string, Sent>();
  const sendWith = async (headers: TraceCase['headers']): Promise<Sent> => {
    signal.throwIfAborted();
    const ids = createIds();
    known.add(ids.traceId);
    return { ids, ...(await send(headers(ids))) };
  };
  const repeated: Sent[] = [];
  const calling = await timed(async () => {
    for (const { id, headers } of casesFor(options.program)) sent.set(id, await sendWith(headers));
    for (let call = 0; call < REPEATED; call += 1) repeated.push(await sendWith(headersOf));
  });
  const probing = await timed(async () => {
    const health = createIds();
    known.add(health.traceId);
    await options.checkHealth(headersOf(health));
    sent.set(HEALTH, { ids: health, wrongAnswer: null });
    for (let probe = 0; probe < PROBES; probe += 1) await options.checkHealth({});
  });
  const last = await sendWith(headersOf);
  await store.awaitSpans(last.ids.traceId, signal);
  // A program that reads one header only may store the others' spans without the last one's.
  const isRecorded = ({ ids }: Sent) => store.spansIn(ids.traceId).length > 0;
  const recorded = repeated.filter(isRecorded);
  const first = sent.get(TOGETHER);
  if (first && !isRecorded(first) && recorded[0]) sent.set(TOGETHER, recorded[0]);
  const of = (id: string) => {
    const found = sent.get(id);
    if (!found) throw new Error(`no call was sent for ${id}`);
    return found;
  };
  const strays = (count: number, window: Window): Strays => {
    const spans = store.startedIn(window).filter(({ traceId }) => !known.has(traceId));
    const traces = new Set(spans.map(({ traceId }) => traceId)).size;
    return { sent: count, traces, name: spans[0]?.name };
  };
  return {
    isAnyStored: store.arrived() > arrivedBefore,
    store,
    sent: of,
    spansOf: (id) => store.spansIn(of(id).ids.traceId),
    sampled: { sent: REPEATED, recorded: recorded.length },
    strays: strays(casesFor(options.program).length + REPEATED, calling),
    probes: strays(PROBES, probing),
  };
}

/** The spans that hang on none of the others: each must hang on the caller's. */
export function entriesOf(spans: readonly Span[]): readonly Span[] {
  const own = new Set(spans.map(({ spanId }) => spanId));
  return spans.filter(({ parentSpanId }) => parentSpanId === undefined || !own.has(parentSpanId));
}

/** What is wrong with the parent of an entry; null: it is the caller's span. */
export function wrongParent({ parentSpanId, name }: Span, ids: Ids): string | null {
  const span = `the span ${JSON.stringify(name)}`;
  if (parentSpanId === ids.spanId) return null;
  if (parentSpanId === undefined) return `${span} has no parent`;
  if (parentSpanId === ids.frontEndId) return `the parent of ${span} is the front end's own span`;
  return `the parent of ${span} is ${parentSpanId}, which no header names; ${ids.spanId} is right`;
}
