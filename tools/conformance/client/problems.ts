import type { Check, Finding } from '../check.ts';
import { describeHttp, type HttpAnswer } from '../http-calls.ts';
import { nameOfCode } from '../server/server-calls.ts';
import { PLAIN } from './answers.ts';
import { type ClientUnderTest, inClient } from './client-under-test.ts';
import { traceIdCheck } from './trace-id.ts';

const GROUP = 'Errors and limits';
export const STATUS = 'client.status';
export const PROBLEM = 'client.problem';

type Problem =
  | 'invalid-argument'
  | 'unavailable'
  | 'bad-upstream'
  | 'failed-precondition'
  | 'deadline-exceeded';

const STATUSES: Readonly<Record<Problem, number>> = {
  'invalid-argument': 400,
  unavailable: 503,
  'bad-upstream': 502,
  'failed-precondition': 502,
  'deadline-exceeded': 504,
};

/** The codes of gRPC that are no bad-upstream. */
const PROBLEMS: Readonly<Record<number, Problem>> = {
  1: 'unavailable',
  3: 'invalid-argument',
  4: 'deadline-exceeded',
  8: 'unavailable',
  9: 'failed-precondition',
  14: 'unavailable',
};
const CODES = Array.from({ length: 16 }, (_, index) => index + 1);
const problemOf = (code: number): Problem => PROBLEMS[code] ?? 'bad-upstream';

const REPEATED: ReadonlySet<Problem> = new Set([
  'bad-upstream',
  'unavailable',
  'deadline-exceeded',
]);

/** The answers to the server's errors. */
export const problemChecks = (tested: ClientUnderTest): readonly Check[] => [
  {
    id: STATUS,
    group: GROUP,
    title: 'maps each code of the server to a status',
    rule: { section: 'server', says: '`client` maps every code of gRPC to an HTTP status' },
    after: [PLAIN],
    run: () =>
      ofEachCode(tested, (answer, code) => {
        const right = STATUSES[problemOf(code)];
        if (answer.status === right) return null;
        return {
          came: `${describeHttp(answer)}; ${right} is right`,
          fix: 'map the codes as the table of the section server does',
        };
      }),
  },
  {
    id: PROBLEM,
    group: GROUP,
    title: 'answers errors as problem+json',
    rule: inClient('An error **must** be `application/problem+json`'),
    after: [PLAIN],
    run: () => ofEachCode(tested, judgeProblem),
  },
  traceIdCheck(tested, [PLAIN, PROBLEM]),
  {
    id: 'client.problem-type',
    group: GROUP,
    title: 'names the kind of an error in its type',
    rule: inClient('`tag:shakesapp,2026:invalid-argument`'),
    after: [PLAIN, STATUS, PROBLEM],
    async run() {
      const found = await ofEachCode(tested, (answer, code) => judgeType(answer, problemOf(code)));
      if (found) return found;
      const unknown = judgeType(await tested.call('/no-such-path'), 'not-found', 404);
      if (unknown) return { sent: 'GET /no-such-path', ...unknown };
      const posted = await tested.call('/', { method: 'POST', body: '{}' });
      const refused = judgeType(posted, 'method-not-allowed', 405);
      if (refused) return { sent: 'POST /', ...refused };
      tested.server.behave({ answer: 77_777n });
      const mismatched = judgeType(await tested.call('/'), 'unexpected-result', 500);
      if (mismatched === null) return null;
      return { sent: 'GET /, and answered a count that is not the known one', ...mismatched };
    },
  },
  {
    id: 'client.retry-after',
    group: GROUP,
    title: 'says with Retry-After when to try again',
    rule: inClient('502 (bad-upstream), 503 and 504 have `Retry-After: 1`.'),
    after: [PLAIN, STATUS],
    run: () =>
      ofEachCode(tested, ({ headers }, code) => {
        const { 'retry-after': value } = headers;
        if (!REPEATED.has(problemOf(code)) || value === '1') return null;
        const came = `Retry-After: ${value ?? 'absent'}; 1 is right`;
        return { came, fix: 'set Retry-After: 1 with what may succeed later' };
      }),
  },
];

type Wrong = Omit<Finding, 'sent'>;

async function ofEachCode(
  { call, server }: ClientUnderTest,
  judge: (answer: HttpAnswer, code: number) => Wrong | null,
): Promise<Finding | null> {
  for (const code of CODES) {
    server.behave({ code });
    const found = judge(await call('/?q=kestrel'), code);
    if (found)
      return { sent: `a query, which the server answers with ${nameOfCode(code)}`, ...found };
  }
  return null;
}

function judgeProblem(answer: HttpAnswer): Wrong | null {
  const { type, title, status, detail } = answer.json ?? {};
  const isProblem =
    /^application\/problem\+json\b/.test(String(answer.headers['content-type'])) &&
    [type, title, detail].every((each) => typeof each === 'string') &&
    status === answer.status;
  if (isProblem) return null;
  const fix =
    'answer application/problem+json with type, title, status and detail; status is that of the answer';
  return { came: describeHttp(answer), fix };
}

/** `status`: of an answer with another one nothing is said. */
function judgeType(answer: HttpAnswer, problem: string, status = answer.status): Wrong | null {
  const right = `tag:shakesapp,2026:${problem}`;
  const type = answer.json?.type;
  if (answer.status !== status || type === right) return null;
  const came = `${answer.status} with the type ${JSON.stringify(type)}; ${right} is right`;
  return { came, fix: 'take the type from the table of the section client' };
}
