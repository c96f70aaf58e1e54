import type { LogContent } from '../../local/platforms/program.ts';
import type { HttpAnswer, HttpCalls } from '../http-calls.ts';
import { createIds, headersOf } from '../trace-headers.ts';
import type { Behaviour, StandInClient } from './stand-in-client.ts';

export type LoadgenUnderTest = Readonly<{
  call: HttpCalls;
  client: StandInClient;
  /** What it writes; undefined where somebody else started it. */
  lines: readonly LogContent[] | undefined;
  /** Of its spans, those with a text as the expected count. */
  textCounts: ReadonlySet<string>;
  /** How long it may take for what it does at once. */
  withinMs: number;
}>;

export type Body = Readonly<{
  requests: number;
  intervalMs: number;
  maxInFlight: number;
  scheduledTime?: string;
}>;

/** The trace headers of whoever starts a run. */
type Headers = Readonly<Record<string, string>>;

export const GROUP = 'Runs';
export const inLoadgen = (says: string) => ({ section: 'loadgen', says });

const RUN_WITHIN_MS = 60_000;

/** A run of so many requests at once. */
export const atOnce = (requests: number): Body => ({
  requests,
  intervalMs: 0,
  maxInFlight: requests,
});

/** For people. */
export const describeRun = (body: Body): string => `POST / with ${JSON.stringify(body)}`;

/**
 * Starts a run with a client that behaves so, and waits for its summary. Whoever starts a run sends
 * trace headers: Cloud Run's front end adds them.
 */
export function startRun(
  { call, client }: LoadgenUnderTest,
  body: Body,
  { caller, ...behaviour }: Behaviour & { caller?: Headers } = { answer: 'right' },
): Promise<HttpAnswer> {
  client.behave(behaviour);
  return post(call, JSON.stringify(body), caller);
}

/** Of whatever bytes. */
export const post = (call: HttpCalls, body: string, caller: Headers = headersOf(createIds())) =>
  call('/', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...caller },
    body,
    deadlineMs: RUN_WITHIN_MS,
  });
