import type { Check, Finding } from '../check.ts';
import { describeHttp, type HttpAnswer } from '../http-calls.ts';
import { nameOfCode } from '../server/server-calls.ts';
import { type ClientUnderTest, inClient } from './answers.ts';

const GROUP = 'Errors and limits';
const PROBLEM = 'An error is `application/problem+json`';

/** gRPC's codes → the status of the answer. */
const STATUSES: Readonly<Record<number, number>> = {
  1: 503,
  2: 502,
  3: 400,
  4: 504,
  5: 502,
  6: 502,
  7: 502,
  8: 503,
  9: 502,
  10: 502,
  11: 502,
  12: 502,
  13: 502,
  14: 503,
  15: 502,
  16: 502,
};

const STATUS = 'client.status';
const REFUSED = [
  ['an empty query', '/?q='],
  ['a query of 1,025 bytes', `/?q=${'q'.repeat(1_025)}`],
  ['a query of 513 characters in 1,026 bytes', `/?q=${encodeURIComponent('é'.repeat(513))}`],
  ['a query with a line break', '/?q=a%0Ab'],
] as const;

export const clientErrorChecks = (tested: ClientUnderTest): readonly Check[] => [
  {
    id: STATUS,
    group: GROUP,
    title: 'maps each code of the server to a status',
    rule: { section: 'server', says: '`client` maps every code of gRPC to an HTTP status' },
    after: ['client.answers'],
    run: () => checkStatuses(tested),
  },
  {
    id: 'client.problem',
    group: GROUP,
    title: 'answers errors as problem+json',
    rule: inClient(PROBLEM),
    after: ['client.answers'],
    async run() {
      tested.server.behave({ code: 14 });
      const failed = await tested.call('/?q=kestrel');
      return (
        checkProblem('a query, which the server answers with UNAVAILABLE', failed) ??
        checkProblem('GET /no-such-path', await tested.call('/no-such-path'))
      );
    },
  },
  {
    id: 'client.count',
    group: GROUP,
    title: 'answers 502 where the count of the server is not valid',
    rule: inClient('`server` answered another error, or a count that is not valid'),
    after: ['client.answers', STATUS],
    async run() {
      tested.server.behave({ answer: -1n });
      const answer = await tested.call('/?q=kestrel');
      if (answer.status === 502) return null;
      const fix = 'check that the count is 0 or more';
      return { sent: 'a query, which the server answers with -1', came: describeHttp(answer), fix };
    },
  },
  {
    id: 'client.refuses',
    group: GROUP,
    title: 'answers 400 to a query that is not allowed',
    rule: inClient('the query or a header is not valid'),
    after: ['client.answers'],
    async run() {
      tested.server.behave({ code: 3 });
      for (const [sent, path] of REFUSED) {
        const answer = await tested.call(path);
        if (answer.status === 400) continue;
        const fix = 'check the query, or let the server do it and map INVALID_ARGUMENT to 400';
        return { sent, came: `${describeHttp(answer)}; 400 is right`, fix };
      }
      return null;
    },
  },
  {
    id: 'client.longest',
    group: GROUP,
    title: 'allows a query of 1,024 bytes',
    rule: { section: 'server', says: 'has more than 1,024 bytes of UTF-8' },
    after: ['client.answers'],
    async run() {
      tested.server.behave({ answer: 7n });
      for (const query of ['q'.repeat(1_024), 'é'.repeat(512)]) {
        const answer = await tested.call(`/?q=${encodeURIComponent(query)}`);
        if (answer.status === 200) continue;
        const fix = 'allow up to 1,024 bytes of UTF-8, before percent-encoding';
        return {
          sent: `a query of 1,024 bytes in ${query.length} characters`,
          came: describeHttp(answer),
          fix,
        };
      }
      return null;
    },
  },
  {
    id: 'client.paths',
    group: GROUP,
    title: 'answers 404 to an unknown path, and 405 to another method',
    rule: inClient('not GET or HEAD; the header `Allow` names them'),
    async run() {
      const unknown = await tested.call('/no-such-path');
      if (unknown.status !== 404) {
        const came = `${describeHttp(unknown)}; 404 is right`;
        return { sent: 'GET /no-such-path', came, fix: 'answer 404 to every other path' };
      }
      const posted = await tested.call('/?q=kestrel', { method: 'POST', body: '{}' });
      if (posted.status === 405 && /GET/.test(String(posted.headers.allow))) return null;
      const came = `${describeHttp(posted)}, Allow: ${posted.headers.allow ?? 'absent'}`;
      return { sent: 'POST /', came, fix: 'answer 405 with the header Allow: GET, HEAD' };
    },
  },
];

async function checkStatuses({ call, server }: ClientUnderTest): Promise<Finding | null> {
  for (const [code, right] of Object.entries(STATUSES)) {
    server.behave({ code: Number(code) });
    const answer = await call('/?q=kestrel');
    if (answer.status === right) continue;
    return {
      sent: `a query, which the server answers with ${nameOfCode(Number(code))}`,
      came: `${describeHttp(answer)}; ${right} is right`,
      fix: 'map the codes as the table of the section server does',
    };
  }
  return null;
}

function checkProblem(sent: string, answer: HttpAnswer): Finding | null {
  const { type, title, status, detail } = answer.json ?? {};
  const isProblem =
    /^application\/problem\+json\b/.test(String(answer.headers['content-type'])) &&
    [type, title, detail].every((each) => typeof each === 'string') &&
    status === answer.status;
  if (isProblem) return null;
  const fix =
    'answer application/problem+json with type, title, status and detail; status is that of the answer';
  return { sent, came: describeHttp(answer), fix };
}
