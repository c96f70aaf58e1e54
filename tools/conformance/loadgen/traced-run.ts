import { type Stored, timed, type Window } from '../stored-spans.ts';
import { createIds, headersOf, type Ids } from '../trace-headers.ts';
import { atOnce, type LoadgenUnderTest, startRun } from './run-calls.ts';
import { type Request, traceOf } from './stand-in-client.ts';

/** One run, and health checks before it. */
export type TracedRun = Readonly<{
  /** Of whoever started the run. */
  caller: Ids;
  requests: readonly Request[];
  isAnyStored: boolean;
  probing: Window;
}>;
export type Sent = Readonly<{ traceId: string; spanId: string; query: string }>;

/** Enough that a sampler by chance is found. */
const REQUESTS = 10;

export async function sendTraced(
  tested: LoadgenUnderTest,
  stored: Stored,
  signal: AbortSignal,
): Promise<TracedRun> {
  const caller = createIds();
  // What they answer is for the check of its health to say.
  const probe = (headers = {}) => tested.call('/health', { headers }).catch(() => {});
  const probing = await timed(async () => {
    await probe();
    await probe(headersOf(createIds()));
  });
  const before = tested.client.requests.length;
  await startRun(tested, atOnce(REQUESTS), {
    answer: 'right',
    caller: headersOf(caller, false),
  });
  const requests = tested.client.requests.slice(before);
  // One that has no trace would wait for nothing.
  const ids = requests.map((request) => sentBy(request).traceId).filter((id) => id !== '');
  await Promise.all(ids.map((id) => stored.awaitSpans(id, signal)));
  return { caller, requests, isAnyStored: stored.arrived() > 0, probing };
}

export const sentBy = (request: Request): Sent => ({
  ...traceOf(request),
  query: request.query ?? '',
});
