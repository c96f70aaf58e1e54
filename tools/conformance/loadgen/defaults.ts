import { setTimeout as sleep } from 'node:timers/promises';
import type { Check, Finding } from '../check.ts';
import { describeHttp, type HttpAnswer, type HttpOptions } from '../http-calls.ts';
import {
  atOnce,
  describeRun,
  GROUP,
  inLoadgen,
  type LoadgenUnderTest,
  post,
  startRun,
} from './run-calls.ts';

const OPTIONAL = 'loadgen.defaults';
const DEFAULTS = 'All members are optional, and so is the body';
/** What each of them leaves out has a default; none of them takes long. */
const WITHOUT = ['{"requests": 1}', '{"intervalMs": 0}'];
const REFUSED_WITHIN_MS = 500;

/** What a body may leave out, and what it may have besides. */
export const defaultChecks = (
  tested: LoadgenUnderTest,
  after: readonly string[],
): readonly Check[] => [
  {
    id: 'loadgen.scheduled-time',
    group: GROUP,
    title: 'takes a body that says for when the run was scheduled',
    rule: inLoadgen('`scheduledTime`'),
    after,
    async run() {
      const body = { ...atOnce(2), scheduledTime: new Date().toISOString() };
      return judgeStarted(describeRun(body), body.requests, await startRun(tested, body));
    },
  },
  {
    id: OPTIONAL,
    group: GROUP,
    title: 'has defaults for what a body does not say',
    rule: inLoadgen(DEFAULTS),
    after,
    async run() {
      tested.client.behave({ answer: 'right' });
      for (const body of WITHOUT) {
        const { requests } = { requests: undefined, ...JSON.parse(body) };
        const found = judgeStarted(`POST / with ${body}`, requests, await post(tested.call, body));
        if (found) return found;
      }
      return null;
    },
  },
];

/** `requests`: how many are right; undefined: at least one. */
function judgeStarted(
  sent: string,
  requests: number | undefined,
  answer: HttpAnswer,
): Finding | null {
  const { requests: got } = answer.json ?? {};
  if (answer.status === 200 && (requests === undefined ? Number(got) > 0 : got === requests)) {
    return null;
  }
  const came = `${describeHttp(answer)}; 200 with ${requests ?? 'its number of'} requests is right`;
  return { sent, came, fix: 'take each of the four members, and have a default for each' };
}

/** The run goes on for as long as it likes, so that this comes after all others. */
export const emptyBodyCheck = (tested: LoadgenUnderTest, after: readonly string[]): Check => ({
  id: 'loadgen.empty-body',
  group: GROUP,
  title: 'starts a run without a body',
  rule: inLoadgen(DEFAULTS),
  after: [...after, OPTIONAL],
  async run() {
    const { call, client, withinMs } = tested;
    client.behave({ answer: 'right' });
    const fix = 'start a run with defaults for all that the body does not say';
    const before = client.requests.length;
    let came = 'no request';
    const start = (options: Pick<HttpOptions, 'body'>) =>
      call('/', { method: 'POST', deadlineMs: withinMs, ...options }).catch(() => undefined);
    const answered = start({}).then((answer) => {
      if (answer) came = describeHttp(answer);
    });
    await Promise.race([client.awaitRequests(before + 1, withinMs), answered]);
    if (client.requests.length === before) return { sent: 'POST / without a body', came, fix };
    // Beside the run that has begun, so that only a refusal of the body counts.
    const answer = await Promise.race([start({ body: '{}' }), sleep(REFUSED_WITHIN_MS, undefined)]);
    if (answer?.status !== 400) return null;
    return { sent: 'POST / with {}', came: describeHttp(answer), fix };
  },
});
