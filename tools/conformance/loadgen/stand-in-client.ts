import { startHttpService } from '../../local/cloud/http-service.ts';
import { holdsWithin } from '../polling.ts';
import { KNOWN_QUERIES } from '../texts.ts';

export type Request = Readonly<{
  /** undefined where the URL has no q. */
  query: string | undefined;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  atMs: number;
}>;

/** How it answers the next requests. */
export type Behaviour = Readonly<{
  answer: 'right' | 'wrong count' | 'fail';
  /** Waits for it first. */
  after?: (() => Promise<unknown>) | undefined;
}>;

/** Stands for `client` behind a load generator under test. */
export type StandInClient = Readonly<{
  address: string;
  requests: readonly Request[];
  /** What else came, such as "GET //?q=a" or "POST /?q=a", without health checks. */
  others: readonly string[];
  /** Requests that it has not answered now. */
  open(): number;
  /** The most of them at a time since the last `behave`. */
  mostOpen(): number;
  behave(behaviour: Behaviour): void;
  /** Resolves once so many requests have come in all, or when the time is over. */
  awaitRequests(count: number, withinMs: number): Promise<unknown>;
  close(): Promise<void>;
}>;

const HEALTH: ReadonlySet<string> = new Set(['/health', '/_healthz', '/ready']);
const PROBLEM = JSON.stringify({
  type: 'tag:shakesapp,2026:unavailable',
  title: 'Temporarily unavailable',
  status: 503,
  detail: 'as the check asks for',
});

export async function startStandInClient(): Promise<StandInClient> {
  const requests: Request[] = [];
  const others: string[] = [];
  let behaviour: Behaviour = { answer: 'right' };
  let open = 0;
  let mostOpen = 0;
  const { port, close } = await startHttpService(async (request, response) => {
    const { url = '/', method } = request;
    const [path, search] = splitAt(url, '?');
    if (HEALTH.has(path)) return void response.end('ok');
    if (path !== '/' || method !== 'GET') {
      others.push(`${method} ${url}`);
      if (path !== '/') return void response.writeHead(404).end();
      return void response.writeHead(405, { allow: 'GET' }).end();
    }
    const query = new URLSearchParams(search).get('q') ?? undefined;
    requests.push({ query, headers: request.headers, atMs: performance.now() });
    const { answer, after } = behaviour;
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    await after?.();
    open -= 1;
    if (answer === 'fail') {
      response.writeHead(503, { 'content-type': 'application/problem+json' });
      return void response.end(PROBLEM);
    }
    const right = KNOWN_QUERIES[query ?? ''] ?? 0;
    const matchCount = answer === 'right' ? right : right + 1;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ query, matchCount, match_count: matchCount }));
  });
  return {
    address: `127.0.0.1:${port}`,
    requests,
    others,
    open: () => open,
    mostOpen: () => mostOpen,
    behave(next) {
      behaviour = next;
      mostOpen = open;
    },
    awaitRequests: (count, withinMs) => holdsWithin(withinMs, () => requests.length >= count),
    close,
  };
}

/** Not by URL, for which a path that begins with two slashes names a host. */
function splitAt(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** The trace and the span that a request names in traceparent. */
export function traceOf({ headers }: Request): { traceId: string; spanId: string } {
  const [, traceId = '', spanId = ''] = String(headers.traceparent ?? '').split('-');
  return { traceId, spanId };
}
