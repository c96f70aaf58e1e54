import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { sleep, systemClock } from '../../../lib/clock.ts';
import {
  type ExampleSpan,
  newSpanId,
  newTrace,
  type Parent,
  parentOf,
  storeSpans,
} from './example-spans.ts';

export type Outcome = 'ok' | 'mismatched' | 'failed';
export type Summary = Readonly<Record<'requests' | 'dropped' | Outcome, number>>;

/** A load generator of few lines, each part of it to be exchanged for a wrong one. */
export type LoadgenParts = Readonly<{
  /** How many requests a run sends that is asked for so many. */
  sends(requests: number): number;
  /** Whether the answer waits for the end of the run. */
  waits: boolean;
  /** From one request to the next. */
  waitsMs(intervalMs: number): number;
  maySend(unanswered: number, most: number): boolean;
  /** By the members that a body has. */
  accepts(given: Partial<Body>): boolean;
  isBody(body: Body): boolean;
  /** In the place of a body that is empty; undefined: it is refused. */
  emptyBody: string | undefined;
  sums(summary: Summary): Summary;
  /** The query of the nth request. */
  query(known: readonly string[], index: number): string;
  method: string;
  path: string;
  encode(query: string): string;
  judge(status: number, count: number | undefined, expected: number | undefined): Outcome;
  status(summary: Summary): number;
  answer(summary: Summary): unknown;
  /** On the standard output. */
  write(summary: Summary): void;
  health: number;
  /** The root span of a request; `run`: the same for all requests of a run; `posted`: by the headers. */
  trace(run: Parent, posted: Parent): Parent;
  /** How often a request is sent that fails. */
  attempts: number;
  healthMakesSpan: boolean;
  root: string;
  attributes(query: string, count: number): NonNullable<ExampleSpan['attributes']>;
  kind: number;
  service: string;
  headers(sent: Readonly<Record<'traceparent' | 'b3', string>>): Readonly<Record<string, string>>;
}>;

type Body = Readonly<Record<'requests' | 'intervalMs' | 'maxInFlight', number>> & {
  readonly scheduledTime?: string;
};

const DEFAULTS: Body = { requests: 2, intervalMs: 10, maxInFlight: 10 };

export const RIGHT_LOADGEN: LoadgenParts = {
  sends: (requests) => requests,
  waits: true,
  waitsMs: (intervalMs) => intervalMs,
  maySend: (unanswered, most) => unanswered < most,
  accepts: () => true,
  isBody: ({ requests, intervalMs, maxInFlight }) =>
    [requests, intervalMs, maxInFlight].every(Number.isInteger) &&
    requests > 0 &&
    intervalMs >= 0 &&
    maxInFlight > 0,
  emptyBody: '{}',
  sums: (summary) => summary,
  query: (known, index) => known[index % known.length] ?? '',
  method: 'GET',
  path: '/',
  encode: encodeURIComponent,
  judge: (status, count, expected) =>
    status !== 200 ? 'failed' : count === expected ? 'ok' : 'mismatched',
  status: () => 200,
  answer: (summary) => summary,
  write: () => {},
  health: 200,
  trace: () => newTrace(),
  attempts: 1,
  healthMakesSpan: false,
  root: 'loadgen',
  attributes: (query, count) => ({
    'shakesapp.query': query,
    'shakesapp.expected_count': count,
  }),
  kind: 3,
  service: 'loadgen',
  headers: (sent) => sent,
};

type Environment = Readonly<Record<string, string>>;

/** Listens on a free port. */
export async function startExampleLoadgen(
  variables: () => Environment,
  parts: LoadgenParts,
): Promise<{ port: number; close(): void }> {
  const ask = async (query: string, headers: Readonly<Record<string, string>>) => {
    const url = `http://${variables().CLIENT_ADDR}${parts.path}?q=${parts.encode(query)}`;
    const response = await fetch(url, { method: parts.method, headers });
    const body = await response.text();
    const count: number | undefined = response.ok ? JSON.parse(body).matchCount : undefined;
    return { status: response.status, count };
  };
  const send = async (index: number, run: Parent, posted: Parent): Promise<Outcome> => {
    const known: Record<string, number> = JSON.parse(variables().KNOWN_QUERIES ?? '{}');
    const query = parts.query(Object.keys(known), index);
    const parent = parts.trace(run, posted);
    const startMs = performance.timeOrigin + performance.now();
    const [root, client] = [newSpanId(), newSpanId()];
    const headers = parts.headers({
      traceparent: `00-${parent.traceId}-${client}-${parent.sampled ? '01' : '00'}`,
      b3: `${parent.traceId}-${client}-${parent.sampled ? 1 : 0}`,
    });
    let { status, count } = await ask(query, headers);
    for (let sent = 1; status !== 200 && sent < parts.attempts; sent += 1) {
      ({ status, count } = await ask(query, headers));
    }
    const attributes = parts.attributes(query, known[query] ?? 0);
    const spans: readonly ExampleSpan[] = [
      { parent, kind: 1, startMs, spanId: root, name: parts.root, attributes },
      { parent: { ...parent, spanId: root }, kind: parts.kind, startMs, spanId: client },
    ];
    await storeSpans(variables(), parts.service, spans);
    return parts.judge(status, count, known[query]);
  };
  const run = async (body: Body, posted: Parent): Promise<Summary> => {
    const { requests, intervalMs, maxInFlight } = body;
    const trace = newTrace();
    const sent: Promise<Outcome>[] = [];
    let unanswered = 0;
    for (let index = 0; index < parts.sends(requests); index += 1) {
      if (index > 0) await sleep(systemClock, parts.waitsMs(intervalMs));
      if (!parts.maySend(unanswered, maxInFlight)) continue;
      unanswered += 1;
      const one = send(index, trace, posted).finally(() => {
        unanswered -= 1;
      });
      sent.push(parts.waits ? one : one.catch(() => 'failed'));
    }
    const outcomes = await (parts.waits ? Promise.all(sent) : sent.map((): Outcome => 'ok'));
    const count = (of: Outcome) => outcomes.filter((outcome) => outcome === of).length;
    const [ok, mismatched, failed] = [count('ok'), count('mismatched'), count('failed')];
    return parts.sums({ requests, ok, mismatched, failed, dropped: requests - outcomes.length });
  };
  const storeHealthSpan = async () => {
    const startMs = performance.timeOrigin + performance.now();
    await storeSpans(variables(), parts.service, [{ parent: newTrace(), kind: 2, startMs }]);
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/health') {
      if (parts.healthMakesSpan) await storeHealthSpan();
      return void response.writeHead(parts.health).end();
    }
    const body = parseBody((await text(request)) || parts.emptyBody, parts);
    if (body === undefined) return void response.writeHead(400).end();
    const summary = await run(body, parentOf(request.headers as Record<string, string>));
    parts.write(summary);
    response.writeHead(parts.status(summary), { 'content-type': 'application/json' });
    response.end(JSON.stringify(parts.answer(summary)));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function parseBody(bytes: string | undefined, parts: LoadgenParts): Body | undefined {
  try {
    const given = JSON.parse(bytes ?? '');
    const body: Body = { ...DEFAULTS, ...given };
    return parts.accepts(given) && parts.isBody(body) ? body : undefined;
  } catch {
    return undefined;
  }
}
