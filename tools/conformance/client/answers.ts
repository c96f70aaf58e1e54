import { randomInt } from 'node:crypto';
import type { Check, Finding } from '../check.ts';
import { describeHttp } from '../http-calls.ts';
import { KNOWN_QUERIES } from '../texts.ts';
import { type ClientUnderTest, inClient } from './client-under-test.ts';
import { plusSignCheck } from './plus-sign.ts';

const GROUP = 'Answers';
export const PLAIN = 'client.answers';
export const DECODES = 'client.decodes';
const SHAPE = 'The answer **must** be JSON with the status 200';

const pathOf = (query: string) => `/?q=${encodeURIComponent(query)}`;

/** What comes back for a query, and what goes to the server. */
export const clientAnswerChecks = (tested: ClientUnderTest): readonly Check[] => [
  {
    id: PLAIN,
    group: GROUP,
    title: 'answers the count of the server as JSON',
    rule: inClient(SHAPE),
    // At random, so that a client which never asks is found here.
    run: () => checkCount(tested, 'kestrel', BigInt(randomInt(1_000, 1_000_000))),
  },
  {
    id: 'client.content-type',
    group: GROUP,
    title: 'answers with the type application/json',
    rule: inClient(SHAPE),
    after: [PLAIN],
    async run() {
      tested.server.behave({ answer: 7n });
      const answer = await tested.call(pathOf('kestrel'));
      if (/^application\/json\b/.test(String(answer.headers['content-type']))) return null;
      const fix = 'set Content-Type to application/json';
      return { sent: 'GET /?q=kestrel', came: describeHttp(answer), fix };
    },
  },
  {
    id: DECODES,
    group: GROUP,
    title: 'sends the query to the server as it was asked',
    rule: inClient('asks for the count of one query, percent-encoded UTF-8'),
    after: [PLAIN],
    async run() {
      for (const query of QUERIES) {
        const found = await checkSent(tested, query);
        if (found) return found;
      }
      return null;
    },
  },
  plusSignCheck(tested, [PLAIN, DECODES]),
  {
    id: 'client.query',
    group: GROUP,
    title: 'repeats the query, and the count by its second name',
    rule: inClient('`query` is the query as it was asked.'),
    after: [PLAIN, DECODES],
    async run() {
      tested.server.behave({ answer: 7n });
      const answer = await tested.call(pathOf('to be, or not to be'));
      const { query, match_count: count } = answer.json ?? {};
      if (query === 'to be, or not to be' && count === 7) return null;
      const fix = 'answer query and match_count beside matchCount';
      return { sent: `GET ${pathOf('to be, or not to be')}`, came: describeHttp(answer), fix };
    },
  },
  {
    id: 'client.zero',
    group: GROUP,
    title: 'answers a count of 0',
    rule: inClient('`matchCount` is a JSON number, whole, from 0 to 2⁵³ − 1'),
    after: [PLAIN],
    run: () => checkCount(tested, 'kestrel', 0n),
  },
  {
    id: 'client.int64',
    group: GROUP,
    title: 'answers counts above 32 bits',
    rule: inClient('`matchCount` is a JSON number, whole, from 0 to 2⁵³ − 1'),
    after: [PLAIN],
    run: async () =>
      (await checkCount(tested, 'kestrel', 3_000_000_000n)) ??
      (await checkCount(tested, 'kestrel', 4_294_967_303n)) ??
      checkCount(tested, 'kestrel', 9_007_199_254_740_991n),
  },
  {
    id: 'client.known-queries',
    group: GROUP,
    title: 'chooses a known query where none is asked for, and checks its count',
    rule: inClient(
      'chooses a query from `KNOWN_QUERIES`, checks its count, and answers 500 if the count is another.',
    ),
    after: [PLAIN],
    run: () => checkKnown(tested),
  },
];

const QUERIES = [
  'to be, or not to be',
  'a+b',
  'x&y=z',
  '100%',
  ' two  spaces ',
  '雲雀 🐦',
  'é',
  '(a.c[',
  '#1',
  'it\'s "so"',
  '%41',
  'Hamlet ÄÖÜ',
];

async function checkCount(
  { call, server }: ClientUnderTest,
  query: string,
  count: bigint,
): Promise<Finding | null> {
  server.behave({ answer: count });
  const before = server.calls.length;
  const answer = await call(pathOf(query));
  if (answer.status === 200 && answer.json?.matchCount === Number(count)) return null;
  const sent = `GET ${pathOf(query)}, for which the server answers ${count}`;
  const malformed = server.calls.at(before)?.malformed;
  if (malformed !== undefined) {
    const fix = 'compile proto/shakesapp.proto: query is the string in field 1';
    return { sent, came: `the server got ${malformed}`, fix };
  }
  return {
    sent,
    came: describeHttp(answer),
    fix: 'call the server at SERVER_ADDR, and answer {"matchCount": count} with the complete int64 as a JSON number',
  };
}

async function checkSent(
  { call, server }: ClientUnderTest,
  query: string,
): Promise<Finding | null> {
  server.behave({ answer: 7n });
  const before = server.calls.length;
  const answer = await call(pathOf(query));
  const got = server.calls.at(before)?.query;
  if (got === query && answer.status === 200) return null;
  const what =
    got === undefined ? 'the server got no call' : `the server got ${JSON.stringify(got)}`;
  return {
    sent: `GET ${pathOf(query)}`,
    came: `${what}; answered ${describeHttp(answer)}`,
    fix: 'decode the parameter q once, as UTF-8, by a library for URLs, and change nothing of it',
  };
}

async function checkKnown({ call, server }: ClientUnderTest): Promise<Finding | null> {
  const unknown = 77_777n;
  server.behave({ answer: unknown });
  const before = server.calls.length;
  const answer = await call('/');
  const asked = server.calls.at(before)?.query;
  const fix = 'take a key of KNOWN_QUERIES, and compare the count with its value';
  if (asked === undefined || KNOWN_QUERIES[asked] === undefined) {
    const came = `${describeHttp(answer)}; the server got ${asked === undefined ? 'no call' : JSON.stringify(asked)}`;
    return { sent: 'GET / without a query', came, fix };
  }
  if (answer.status === 500) return null;
  const sent = `GET /, and answered ${unknown} for ${JSON.stringify(asked)}, where ${KNOWN_QUERIES[asked]} is right`;
  return { sent, came: `${describeHttp(answer)}; 500 is right`, fix };
}
