import type { LogContent } from '../../local/platforms/program.ts';
import type { HttpAnswer, HttpCalls } from '../http-calls.ts';
import type { Behaviour, StandInClient } from './stand-in-client.ts';

export type LoadgenUnderTest = Readonly<{
  call: HttpCalls;
  client: StandInClient;
  /** What it writes; undefined where somebody else started it. */
  lines: readonly LogContent[] | undefined;
}>;

export type Body = Readonly<{ requests: number; intervalMs: number; maxInFlight: number }>;

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

/** Starts a run with a client that behaves so, and waits for its summary. */
export function startRun(
  { call, client }: LoadgenUnderTest,
  body: Body,
  behaviour: Behaviour = { answer: 'right' },
): Promise<HttpAnswer> {
  client.behave(behaviour);
  return post(call, JSON.stringify(body));
}

/** Of whatever bytes. */
export const post = (call: HttpCalls, body: string, deadlineMs = RUN_WITHIN_MS) =>
  call('/', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    deadlineMs,
  });
