import type { Check, Finding } from '../check.ts';
import { describeHttp } from '../http-calls.ts';
import { DECODES, PLAIN } from './answers.ts';
import { type ClientUnderTest, inClient } from './client-under-test.ts';
import { PROBLEM, STATUS } from './problems.ts';

const GROUP = 'Errors and limits';

const REFUSED = [
  ['an empty query', '/?q='],
  ['a query of 1,025 bytes', `/?q=${'q'.repeat(1_025)}`],
  ['a query of 513 characters in 1,026 bytes', `/?q=${encodeURIComponent('é'.repeat(513))}`],
  ['a query with a line break', '/?q=a%0Ab'],
] as const;
/** Whoever replaces what is not valid sends another query to the server, which allows it. */
const NOT_UTF8 = [['a query of the bytes ff 61', '/?q=%FF%61']] as const;

export const clientErrorChecks = (tested: ClientUnderTest): readonly Check[] => [
  {
    id: 'client.count',
    group: GROUP,
    title: 'answers 502 where the count of the server is not valid',
    rule: inClient('`server` answered another error, or a count that is not valid'),
    after: [PLAIN, STATUS],
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
    after: [PLAIN],
    async run() {
      tested.server.behave({ code: 3 });
      const fix = 'check the query, or let the server do it and map INVALID_ARGUMENT to 400';
      const found = await checkRefused(tested, REFUSED, fix);
      if (found) return found;
      tested.server.behave({ answer: 7n });
      return checkRefused(tested, NOT_UTF8, 'refuse what is not valid UTF-8; replace none of it');
    },
  },
  {
    id: 'client.longest',
    group: GROUP,
    title: 'allows a query of 1,024 bytes',
    rule: { section: 'server', says: 'has more than 1,024 bytes of UTF-8' },
    after: [PLAIN, DECODES],
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
    after: [PROBLEM],
    async run() {
      const unknown = await tested.call('/no-such-path');
      if (unknown.status !== 404) {
        const came = `${describeHttp(unknown)}; 404 is right`;
        return { sent: 'GET /no-such-path', came, fix: 'answer 404 to every other path' };
      }
      const posted = await tested.call('/?q=kestrel', { method: 'POST', body: '{}' });
      if (posted.status !== 405 || !/GET/.test(String(posted.headers.allow))) {
        const came = `${describeHttp(posted)}, Allow: ${posted.headers.allow ?? 'absent'}`;
        return { sent: 'POST /', came, fix: 'answer 405 with the header Allow: GET, HEAD' };
      }
      tested.server.behave({ answer: 7n });
      const head = await tested.call('/?q=kestrel', { method: 'HEAD' });
      if (head.status === 200) return null;
      const fix = 'answer HEAD as GET, without the body';
      return { sent: 'HEAD /?q=kestrel', came: `${head.status}; 200 is right`, fix };
    },
  },
];

async function checkRefused(
  { call }: ClientUnderTest,
  rows: readonly (readonly [sent: string, path: string])[],
  fix: string,
): Promise<Finding | null> {
  for (const [sent, path] of rows) {
    const answer = await call(path);
    if (answer.status === 400) continue;
    return { sent, came: `${describeHttp(answer)}; 400 is right`, fix };
  }
  return null;
}
