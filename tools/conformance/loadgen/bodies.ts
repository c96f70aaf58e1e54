import { setTimeout as sleep } from 'node:timers/promises';
import type { Check, Finding } from '../check.ts';
import { describeHttp } from '../http-calls.ts';
import {
  type Body,
  describeRun,
  GROUP,
  inLoadgen,
  type LoadgenUnderTest,
  post,
  startRun,
} from './run-calls.ts';

const INTERVAL = 'loadgen.interval';
const AT_INTERVALS: Body = { requests: 3, intervalMs: 200, maxInFlight: 3 };
/** Clocks of two programs and timers that fire a little early. */
const TOLERANCE_MS = 50;
const TOO_MANY: Body = { requests: 5, intervalMs: 0, maxInFlight: 2 };
/** By then all that fall due at once have fallen due, with the second try on a busy machine too. */
const HELD_MS = [500, 3_000];
const NOT_VALID = [
  '{"requests": 0, "intervalMs": 0}',
  '{"requests": "ten", "intervalMs": 0}',
  '{"requests": 1.5, "intervalMs": 0}',
  '{"requests": 2, "intervalMs": -1}',
  '{"requests": 2, "intervalMs": 0, "maxInFlight": 0}',
  '{"requests": 2, "intervalMs": 0',
];

/** What the members of the body mean. */
export const bodyChecks = (
  tested: LoadgenUnderTest,
  after: readonly string[],
): readonly Check[] => [
  {
    id: INTERVAL,
    group: GROUP,
    title: 'sends the requests of a run at intervals',
    rule: inLoadgen('milliseconds from the start of one request to the start of the next'),
    after,
    run: () => checkInterval(tested),
  },
  {
    id: 'loadgen.max-in-flight',
    group: GROUP,
    title: 'has no more requests unanswered at a time than it may, and drops the others',
    rule: inLoadgen(
      'A request that falls due while `maxInFlight` others are unanswered **must** be dropped',
    ),
    after: [...after, INTERVAL],
    run: () => checkMost(tested),
  },
  {
    id: 'loadgen.body',
    group: GROUP,
    title: 'refuses a body that is not valid',
    rule: inLoadgen('A body that is not valid **must** be answered with 400, and send nothing'),
    after,
    run: () => checkRefused(tested),
  },
];

async function checkInterval(tested: LoadgenUnderTest): Promise<Finding | null> {
  const startMs = performance.now();
  await startRun(tested, AT_INTERVALS);
  const lastMs = (tested.client.requests.at(-1)?.atMs ?? startMs) - startMs;
  const leastMs = (AT_INTERVALS.requests - 1) * AT_INTERVALS.intervalMs;
  if (lastMs >= leastMs - TOLERANCE_MS) return null;
  return {
    sent: describeRun(AT_INTERVALS),
    came: `the last request came ${Math.round(lastMs)} ms after that; not before ${leastMs} ms is right`,
    fix: 'start a request every intervalMs milliseconds, whether or not the one before was answered',
  };
}

async function checkMost(tested: LoadgenUnderTest): Promise<Finding | null> {
  let found: Finding | null = null;
  for (const heldMs of HELD_MS) {
    found = await findMost(tested, heldMs);
    if (found === null) return null;
  }
  return found;
}

async function findMost(tested: LoadgenUnderTest, heldMs: number): Promise<Finding | null> {
  const { client } = tested;
  const { requests, maxInFlight: most } = TOO_MANY;
  const answer = await startRun(tested, TOO_MANY, { answer: 'right', after: () => sleep(heldMs) });
  const sent = `${describeRun(TOO_MANY)}, where client answers after ${heldMs} ms`;
  const finding = (came: string, fix: string): Finding => ({ sent, came, fix });
  if (client.mostOpen() > most) {
    return finding(
      `${client.mostOpen()} requests were unanswered at a time`,
      'count the requests that are unanswered, and send no more than maxInFlight',
    );
  }
  const { requests: all, ok, dropped } = answer.json ?? {};
  if (ok !== most || dropped !== requests - most) {
    return finding(
      `ok is ${ok}, dropped is ${dropped}; ${most} and ${requests - most} is right`,
      'drop a request that falls due while maxInFlight others are unanswered: one that waits hides the overload',
    );
  }
  if (all === requests) return null;
  return finding(
    `requests is ${all}; ${requests} is right`,
    'count the dropped requests in requests too',
  );
}

async function checkRefused({ call, client }: LoadgenUnderTest): Promise<Finding | null> {
  client.behave({ answer: 'right' });
  for (const body of NOT_VALID) {
    const before = client.requests.length;
    const answer = await post(call, body);
    const sent = client.requests.length - before;
    if (answer.status === 400 && sent === 0) continue;
    return {
      sent: `POST / with ${body}`,
      came: `${describeHttp(answer)}; ${sent} requests came to client; 400 and none is right`,
      fix: 'check the body before the run: whole numbers, requests and maxInFlight from 1, intervalMs from 0',
    };
  }
  return null;
}
