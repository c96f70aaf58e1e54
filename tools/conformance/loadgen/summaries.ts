import type { Check, Finding } from '../check.ts';
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

const ROWS: readonly Row[] = [
  {
    id: SUMMARY,
    title: 'sums up a run',
    says: MEMBERS,
    requests: 5,
    answer: 'right',
    member: 'ok',
  },
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
    title: 'answers 200 where requests failed, and counts them',
    says: 'The status **must** be 200 once a request was sent, even if requests failed',
    requests: 4,
    answer: 'fail',
    member: 'failed',
  },
];

/** The summary of a run, by what client answers; `after`: checks without which there is none. */
export const summaryChecks = (
  tested: LoadgenUnderTest,
  after: readonly string[],
): readonly Check[] =>
  ROWS.map((row) => ({
    id: row.id,
    group: GROUP,
    title: row.title,
    rule: inLoadgen(row.says),
    after: row.id === SUMMARY ? after : [...after, SUMMARY],
    run: () => checkSummary(tested, row),
  }));

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
  return {
    sent: `${describeRun(body)}, where client's answers are: ${behaviour}`,
    came: `${answer.status} with ${got}; 200 with ${right} is right`,
    fix: 'count each request once: ok only if the count is that of KNOWN_QUERIES',
  };
}
