import { startHttpService } from '../../local/cloud/http-service.ts';
import { KNOWN_QUERIES } from '../texts.ts';

export type Request = Readonly<{
  /** undefined where the URL has no q. */
  query: string | undefined;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}>;

/** How it answers the next requests. */
export type Behaviour = 'right' | 'wrong count' | 'fail';

/** Stands for `client` behind a load generator under test. */
export type StandInClient = Readonly<{
  address: string;
  requests: readonly Request[];
  behave(behaviour: Behaviour): void;
  close(): Promise<void>;
}>;

export async function startStandInClient(): Promise<StandInClient> {
  const requests: Request[] = [];
  let behaviour: Behaviour = 'right';
  const { port, close } = await startHttpService(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://client');
    if (url.pathname !== '/') return void response.end('ok');
    const query = url.searchParams.get('q') ?? undefined;
    requests.push({ query, headers: request.headers });
    if (behaviour === 'fail') return void response.writeHead(503).end();
    const right = KNOWN_QUERIES[query ?? ''] ?? 0;
    const matchCount = behaviour === 'right' ? right : right + 1;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ query, matchCount, match_count: matchCount }));
  });
  return {
    address: `127.0.0.1:${port}`,
    requests,
    behave(next) {
      behaviour = next;
    },
    close,
  };
}
