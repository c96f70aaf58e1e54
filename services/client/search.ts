import { AppError } from '../../lib/errors.ts';
import { type KnownQueries, pickQuery } from '../../lib/queries.ts';
import { parseSearchQuery } from '../../lib/search-query.ts';
import { ATTR, EVENT, SPAN } from '../../lib/telemetry/names.ts';
import { withSpan } from '../../lib/telemetry/span.ts';
import type { CallOptions, ShakespeareClient } from './shakespeare-client.ts';

export type SearchOptions = Readonly<{
  server: ShakespeareClient;
  knownQueries: KnownQueries;
  /** In [0, 1): chooses the query where the caller named none. */
  random: () => number;
}>;

export type SearchResult = Readonly<{
  query: string;
  matchCount: number;
  /** The same by the name that the codelab's callers read. */
  match_count: number;
}>;

/**
 * Asks the server for the count of one query. Without a query it takes a known one and checks the
 * count, as the codelab does; a caller that names its query checks for itself.
 */
export function search(
  asked: string | undefined,
  caller: CallOptions,
  options: SearchOptions,
): Promise<SearchResult> {
  return withSpan(SPAN.client, {}, async (span) => {
    const { query, expectedCount: expected } =
      asked === undefined
        ? pickQuery(options.random, options.knownQueries)
        : { query: asked, expectedCount: undefined };
    span.setAttribute(ATTR.query, query.slice(0, 1024));
    parseSearchQuery(query);
    if (expected !== undefined) span.setAttribute(ATTR.expectedCount, expected);

    span.addEvent(EVENT.serverCallStart);
    let count: bigint;
    try {
      count = await options.server.getMatchCount(query, caller);
    } finally {
      span.addEvent(EVENT.serverCallEnd);
    }
    const matchCount = toNumber(count);
    span.setAttribute(ATTR.matchCount, matchCount);
    if (expected !== undefined && matchCount !== expected) {
      throw new AppError(
        'unexpectedResult',
        `the match count of ${JSON.stringify(query)} is ${matchCount}, expected ${expected}`,
      );
    }
    return { query, matchCount, match_count: matchCount };
  });
}

/**
 * The count is an int64 on the wire and a number in JSON. Outside what a number holds exactly it
 * cannot be a count of lines, so it is the server's error, and never a rounded answer.
 */
function toNumber(count: bigint): number {
  if (count >= 0n && count <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(count);
  throw new AppError('badUpstream', 'the server returned an unusable answer', {
    cause: new RangeError(`match_count is ${count}, expected 0 to ${Number.MAX_SAFE_INTEGER}`),
  });
}
