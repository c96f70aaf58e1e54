import { status } from '@grpc/grpc-js';
import type { Check, Finding } from '../check.ts';
import { expectedCount } from '../texts.ts';
import { PLAIN } from './answer-rows.ts';
import { describeAnswer, inServer, nameOfCode, type ServerCalls } from './server-calls.ts';

const GROUP = 'Limits and errors';

const SAYS =
  'the query is empty, has more than 1,024 bytes of UTF-8, contains `\\n` or `\\r`, or is not valid UTF-8';

type Refused = Readonly<{ sent: string; query: string | Buffer }>;

const EMPTY: readonly Refused[] = [{ sent: 'an empty query', query: '' }];
const BROKEN: readonly Refused[] = [
  { sent: 'a query with "\\n"', query: 'kestrel\nheron' },
  { sent: 'a query with "\\r"', query: 'kestrel\rheron' },
  { sent: 'a query that ends with "\\n"', query: 'kestrel\n' },
];
const LONG: readonly Refused[] = [
  { sent: 'a query of 1,025 bytes', query: 'q'.repeat(1_025) },
  { sent: 'a query of 513 characters in 1,026 bytes', query: 'é'.repeat(513) },
];
const INVALID: readonly Refused[] = [
  { sent: 'a query of the bytes ff fe 61', query: Buffer.from([0xff, 0xfe, 0x61]) },
];

/** What is refused, and what is just allowed. */
export function limitChecks(calls: ServerCalls): readonly Check[] {
  const check = (
    of: Readonly<{ id: string; title: string; says?: string }>,
    run: Check['run'],
    after: readonly string[] = [],
  ): Check => ({
    ...of,
    group: GROUP,
    rule: inServer(of.says ?? SAYS),
    after: [PLAIN, ...after],
    run,
  });
  return [
    check({ id: 'limits.empty', title: 'refuses an empty query' }, () => refuses(calls, EMPTY)),
    check({ id: 'limits.line-break', title: 'refuses a query with a line break' }, () =>
      refuses(calls, BROKEN),
    ),
    check(
      { id: 'limits.length', title: 'allows 1,024 bytes, and refuses one more' },
      async () =>
        (await accepts(calls, 'a query of 1,024 bytes', 'q'.repeat(1_024))) ??
        (await accepts(calls, 'a query of 512 characters in 1,024 bytes', 'é'.repeat(512))) ??
        refuses(calls, LONG),
      ['answers.long-line', 'answers.substring', 'answers.unicode'],
    ),
    check({ id: 'limits.utf8', title: 'refuses a query that is not valid UTF-8' }, () =>
      refuses(calls, INVALID),
    ),
    check({ id: 'errors.code', title: 'answers INVALID_ARGUMENT to what it refuses' }, () =>
      refusesByCode(calls, [...EMPTY, ...BROKEN, ...LONG]),
    ),
    check(
      {
        id: 'calls.parallel',
        title: 'answers 80 calls at a time on one connection',
        says: 'It reuses one connection, and may have 80 and more calls on it at a time.',
      },
      () => inParallel(calls),
      ['answers.none'],
    ),
  ];
}

/** By any code; `errors.code` says which. */
async function refuses(calls: ServerCalls, rows: readonly Refused[]): Promise<Finding | null> {
  for (const { sent, query } of rows) {
    const answer = await calls.count(query);
    if (answer.code === status.DEADLINE_EXCEEDED) {
      return { sent, came: describeAnswer(answer), fix: 'answer INVALID_ARGUMENT at once' };
    }
    if (answer.code !== 0) continue;
    const came = `${describeAnswer(answer)}; ${nameOfCode(status.INVALID_ARGUMENT)} is right`;
    return { sent, came, fix: 'check the query before you search, and answer INVALID_ARGUMENT' };
  }
  return null;
}

async function refusesByCode(
  calls: ServerCalls,
  rows: readonly Refused[],
): Promise<Finding | null> {
  for (const { sent, query } of rows) {
    const answer = await calls.count(query);
    if ([0, status.INVALID_ARGUMENT].includes(answer.code)) continue;
    const came = `${describeAnswer(answer)}; ${nameOfCode(status.INVALID_ARGUMENT)} is right`;
    return {
      sent,
      came,
      fix: 'set the code INVALID_ARGUMENT; another code means a fault of the server',
    };
  }
  return null;
}

async function accepts(calls: ServerCalls, sent: string, query: string): Promise<Finding | null> {
  const right = expectedCount(query);
  const answer = await calls.count(query);
  if (answer.code === 0 && answer.count === BigInt(right)) return null;
  const fix = 'allow up to 1,024 bytes of UTF-8, and count bytes, not characters';
  return { sent, came: `${describeAnswer(answer)}; OK with ${right} is right`, fix };
}

/** Of two queries in turn: a call that answers for another one is wrong then. */
async function inParallel(calls: ServerCalls): Promise<Finding | null> {
  const queries = Array.from({ length: 80 }, (_, index) => PARALLEL[index % 2] ?? '');
  const answers = await Promise.all(
    queries.map((query) => calls.count(query, { deadlineMs: PARALLEL_DEADLINE_MS })),
  );
  const rightOf = (index: number) => BigInt(expectedCount(queries[index] ?? ''));
  const first = answers.findIndex(({ count }, index) => count !== rightOf(index));
  const answer = answers[first];
  if (!answer) return null;
  const wrong = answers.filter(({ count }, index) => count !== rightOf(index)).length;
  return {
    sent: `80 calls at a time, for ${PARALLEL.map((query) => JSON.stringify(query)).join(' and ')}`,
    came: `${wrong} of them got another answer, such as ${describeAnswer(answer)}; OK with ${rightOf(first)} is right`,
    fix: answer.code === 0 ? SHARE_NOTHING : TAKE_ALL,
  };
}

const SHARE_NOTHING = 'serve calls in parallel, and share no query and no count between calls';
const TAKE_ALL =
  'serve calls in parallel, and allow 80 and more streams on one HTTP/2 connection: raise the limit of your library (max concurrent streams) or your own limit of calls';

/** A server that reads the texts with each call is slow here, on a busy machine, and not wrong. */
const PARALLEL_DEADLINE_MS = 60_000;
/** Their counts differ. */
const PARALLEL = ['kestrel', 'no such line anywhere'];
