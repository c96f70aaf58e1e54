import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { startHttpService } from '../../tools/local/cloud/http-service.ts';

/** One call to a backend, on its way there. */
export type BackendCall = Readonly<{
  /** Where it goes; a change counts if the call passes. */
  url: URL;
  /** What it asks for: `page TOKEN`, `object NAME`, or a path of the metadata server. */
  key: string;
  /** 1 for the first call for this key that belongs to this trace, and so on. */
  attempt: number;
  traceId: string;
  response: ServerResponse;
  /** What the backend answers. */
  fetch(): Promise<Readonly<{ status: number; headers: Headers; body: Buffer }>>;
}>;

/** Resolves to true where it has answered; else the call passes. */
export type Interceptor = (call: BackendCall) => Promise<boolean> | boolean;

/** Stands before a backend that speaks HTTP: counts its calls, and answers some in its place. */
export type BackendFront = Readonly<{
  port: number;
  /** For every call from now on; without one, all pass. */
  intercept(interceptor?: Interceptor): void;
  /** Calls so far for keys that start so. */
  calls(start: string): number;
  /** The most calls for one key that belong to one trace, so to one request. */
  mostAttempts(): number;
  /** Ends the connections that no call uses now. */
  closeIdle(): void;
  close(): Promise<void>;
}>;

export async function startBackendFront(options: {
  origin: string;
  keyOf: (url: URL) => string;
}): Promise<BackendFront> {
  const attempts = new Map<string, number>();
  const keys: string[] = [];
  let intercept: Interceptor | undefined;
  const service = await startHttpService(async (incoming, response) => {
    const url = new URL(incoming.url ?? '/', options.origin);
    const key = options.keyOf(url);
    const traceId = traceIdOf(incoming);
    const attempt = (attempts.get(`${traceId} ${key}`) ?? 0) + 1;
    attempts.set(`${traceId} ${key}`, attempt);
    keys.push(key);
    const call: BackendCall = {
      url,
      key,
      attempt,
      traceId,
      response,
      async fetch() {
        const answer = await fetch(url);
        const body = Buffer.from(await answer.arrayBuffer());
        return { status: answer.status, headers: answer.headers, body };
      },
    };
    if (await intercept?.(call)) return;
    pass(incoming, response, url);
  });
  return {
    port: service.port,
    intercept(interceptor) {
      intercept = interceptor;
    },
    calls: (start) => keys.filter((key) => key.startsWith(start)).length,
    mostAttempts: () => Math.max(0, ...attempts.values()),
    closeIdle: service.closeIdle,
    close: service.close,
  };
}

/** A connection that breaks on one side breaks on the other. */
function pass(incoming: IncomingMessage, response: ServerResponse, url: URL): void {
  const { method, headers } = incoming;
  const outgoing = request(url, { method, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.once('error', () => incoming.socket.resetAndDestroy());
    answer.pipe(response);
  });
  outgoing.once('error', () => incoming.socket.resetAndDestroy());
  response.once('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

const traceIdOf = ({ headers }: IncomingMessage): string =>
  String(headers['x-cloud-trace-context'] ?? '').split('/', 1)[0] ?? '';

/** `page 1`, `page TOKEN` or `object NAME` of Cloud Storage's JSON API. */
export function keyOfStorage({ pathname, searchParams }: URL): string {
  const [, name] = pathname.split('/o/');
  if (name !== undefined) return `object ${decodeURIComponent(name)}`;
  return `page ${searchParams.get('pageToken') ?? '1'}`;
}
