import type { Check, Finding } from '../check.ts';
import { describeHttp } from '../http-calls.ts';
import {
  atOnce,
  describeRun,
  GROUP,
  inLoadgen,
  type LoadgenUnderTest,
  startRun,
} from './run-calls.ts';
import type { Behaviour } from './stand-in-client.ts';

export const SUMMARY = 'loadgen.summary';
const STATUS = 'loadgen.status';
const ONCE = 'loadgen.once';
const MEMBERS = '`requests` = `ok` + `mismatched` + `failed` + `dropped`';

type Row = Readonly<{
  id: string;
  title: string;
  says: string;
  /** Each run has another number: a summary that is always the same is wrong in the first. */
  requests: number;
  answer: Behaviour['answer'];
  member: 'ok' | 'mismatched' | 'failed';
}>;

const RIGHT: Row = {
  id: SUMMARY,
  title: 'sums up a run',
  says: MEMBERS,
  requests: 5,
  answer: 'right',
  member: 'ok',
};
const WRONG: readonly Row[] = [
  {
    id: 'loadgen.mismatched',
    title: 'counts a wrong answer as mismatched',
    says: MEMBERS,
    requests: 3,
    answer: 'wrong count',
    member: 'mismatched',
  },
  {
    id: 'loadgen.failed',
    title: 'counts an answer other than 200 as failed',
    says: MEMBERS,
    requests: 4,
    answer: 'fail',
    member: 'failed',
  },
];

/** The summary of a run, by what client answers; `after`: checks without which there is none. */
export const summaryChecks = (
  tested: LoadgenUnderTest,
  after: readonly string[],
): readonly Check[] => [
  rowCheck(tested, RIGHT, after),
  {
    id: STATUS,
    group: GROUP,
    title: 'answers 200 where requests failed',
    rule: inLoadgen('The status **must** be 200 once a request was sent, even if requests failed'),
    after: [...after, SUMMARY],
    run: () => checkStatus(tested),
  },
  {
    id: ONCE,
    group: GROUP,
    title: 'sends a request once, even if it fails',
    rule: inLoadgen('Each request **must** be sent once'),
    after: [...after, SUMMARY, STATUS],
    run: () => checkOnce(tested),
  },
  ...WRONG.map((row) => rowCheck(tested, row, [...after, SUMMARY, STATUS, ONCE])),
];

const rowCheck = (tested: LoadgenUnderTest, row: Row, after: readonly string[]): Check => ({
  id: row.id,
  group: GROUP,
  title: row.title,
  rule: inLoadgen(row.says),
  after,
  run: () => checkSummary(tested, row),
});

async function checkStatus(tested: LoadgenUnderTest): Promise<Finding | null> {
  for (const answer of ['fail', 'wrong count'] as const) {
    const body = atOnce(2);
    const { status, ...rest } = await startRun(tested, body, { answer });
    if (status === 200) continue;
    return {
      sent: `${describeRun(body)}, where client's answers are: ${answer}`,
      came: `${describeHttp({ status, ...rest })}; 200 is right`,
      fix: 'answer 200 with the summary: the schedule would fire a run again that is answered with an error',
    };
  }
  return null;
}

async function checkOnce(tested: LoadgenUnderTest): Promise<Finding | null> {
  const body = atOnce(2);
  const before = tested.client.requests.length;
  await startRun(tested, body, { answer: 'fail' });
  const came = tested.client.requests.length - before;
  if (came <= body.requests) return null;
  return {
    sent: `${describeRun(body)}, where client's answers are: fail`,
    came: `${came} requests came to client; ${body.requests} is right`,
    fix: 'count a failed request as failed, and do not send it again; some HTTP libraries do it by themselves',
  };
}

async function checkSummary(
  tested: LoadgenUnderTest,
  { requests: asked, answer: behaviour, member }: Row,
): Promise<Finding | null> {
  const body = atOnce(asked);
  const answer = await startRun(tested, body, { answer: behaviour });
  const { requests, ok, mismatched, failed, dropped } = answer.json ?? {};
  const expected = { requests: asked, ok: 0, mismatched: 0, failed: 0, dropped: 0 };
  const right = JSON.stringify({ ...expected, [member]: asked });
  const got = JSON.stringify({ requests, ok, mismatched, failed, dropped });
  if (answer.status === 200 && got === right) return null;
  const sent = `${describeRun(body)}, where client's answers are: ${behaviour}`;
  // Of an answer without any of them its text says more.
  const came = got === '{}' ? describeHttp(answer) : `${answer.status} with ${got}`;
  const fix =
    got === '{}'
      ? 'answer the summary itself: its members are the members of the JSON object'
      : 'count each request once: ok only if the count is that of KNOWN_QUERIES';
  return { sent, came: `${came}; 200 with ${right} is right`, fix };
}
