import type { Span } from '../traces/model.ts';
import type { Stored } from './stored-spans.ts';
import { casesFor } from './trace-cases.ts';
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

export type TraceRun = Readonly<{
  /** Whether a span of any trace arrived. */
  isAnyStored: boolean;
  sent(id: string): Sent;
  spansOf(id: string): readonly Span[];
}>;

export const HEALTH = 'health';

/** Sends each case once, and waits until the spans of the last are stored. */
export async function runTraces(options: {
  program: 'server' | 'client';
  send: Send;
  checkHealth: (headers: Readonly<Record<string, string>>) => Promise<unknown>;
  store: Stored;
  signal: AbortSignal;
}): Promise<TraceRun> {
  const { send, store, signal } = options;
  const before = store.arrived();
  const sent = new Map<string, Sent>();
  for (const { id, headers } of casesFor(options.program)) {
    signal.throwIfAborted();
    const ids = createIds();
    sent.set(id, { ids, ...(await send(headers(ids))) });
  }
  const health = createIds();
  await options.checkHealth(headersOf(health));
  sent.set(HEALTH, { ids: health, wrongAnswer: null });
  const last = createIds();
  await send(headersOf(last));
  await store.awaitSpans(last.traceId, signal);
  // A program that reads one header only may store the others' spans without the last one's.
  const of = (id: string) => {
    const found = sent.get(id);
    if (!found) throw new Error(`no call was sent for ${id}`);
    return found;
  };
  const isAnyStored = store.arrived() > before;
  return { isAnyStored, sent: of, spansOf: (id) => store.spansIn(of(id).ids.traceId) };
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
