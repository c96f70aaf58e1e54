import { z } from 'zod';
import { createRandom } from './random.ts';
import { repeatedName } from './repeated-name.ts';
import { MAX_QUERY_BYTES, parseSearchQuery } from './search-query.ts';

/** Query → number of lines of one body of texts that contain it. */
export type KnownQueries = Readonly<Record<string, number>>;

export type KnownQuery = Readonly<{ query: string; expectedCount: number }>;

const MAX_KNOWN_QUERIES = 1000;

const ALLOWED =
  'a JSON object of query → number of matching lines, such as {"love":3040}, with 1 to ' +
  `${MAX_KNOWN_QUERIES} queries of 1 to ${MAX_QUERY_BYTES} bytes in one line each`;

/**
 * The codelab's bucket `dataflow-samples`, prefix `shakespeare/`: the counts that both of its
 * editions state. `npx shakesapp queries` derives a table from any texts.
 */
export const CODELAB_QUERIES: KnownQueries = toKnownQueries({
  love: 3040,
  friend: 1036,
  hello: 349,
  world: 728,
  sweet: 958,
  tear: 463,
  faith: 484,
  'to be, or not to be': 1,
  "what's past is prologue": 1,
  insolence: 14,
});

/** KNOWN_QUERIES: the table for whatever texts the server reads. */
export const knownQueriesVariable = z
  .string()
  .transform((value, context): KnownQueries => {
    try {
      return parseKnownQueries(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  })
  .default(CODELAB_QUERIES)
  .describe(
    'Known queries and their expected counts for the texts that the server reads, as a JSON object',
  );

/** Parses a table from its JSON text; throws an Error that says what is allowed. */
export function parseKnownQueries(text: string): KnownQueries {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(ALLOWED, { cause });
  }
  const queries = toKnownQueries(value);
  const twice = repeatedName(text);
  if (twice === undefined) return queries;
  throw new Error(`${ALLOWED} (${JSON.stringify(twice).slice(0, 100)} stands there twice)`);
}

/** Checks a table and sorts it, so that one seed means one sequence however it was written down. */
export function toKnownQueries(value: unknown): KnownQueries {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(ALLOWED);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0 || entries.length > MAX_KNOWN_QUERIES) throw new Error(ALLOWED);
  for (const [query, count] of entries) {
    if (!isSearchQuery(query) || !isCount(count)) {
      throw new Error(`${ALLOWED} (not ${JSON.stringify({ [query]: count }).slice(0, 100)})`);
    }
  }
  return Object.freeze(Object.fromEntries(entries));
}

function isSearchQuery(query: string): boolean {
  try {
    return parseSearchQuery(query) === query;
  } catch {
    return false;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** One known query by `random` in [0, 1): Math.random, or createRandom for a sequence. */
export function pickQuery(random: () => number, table: KnownQueries): KnownQuery {
  const entries = Object.entries(table);
  const entry = entries[Math.floor(random() * entries.length)];
  if (!entry) throw new RangeError('random() must be in [0, 1) and the table must not be empty');
  return { query: entry[0], expectedCount: entry[1] };
}

/** The queries of a whole run: a seed gives the same sequence on every platform. */
export function querySequence(
  seed: number,
  length: number,
  table: KnownQueries,
): readonly KnownQuery[] {
  const random = createRandom(seed);
  return Array.from({ length }, () => pickQuery(random, table));
}
