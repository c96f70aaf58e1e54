import { setTimeout as sleep } from 'node:timers/promises';
import type { LogContent } from '../../local/platforms/program.ts';
import type { Check, Finding, Skipped } from '../check.ts';
import { describeHttp } from '../http-calls.ts';
import { holdsWithin } from '../polling.ts';
import { KNOWN_QUERIES } from '../texts.ts';
import { bodyChecks } from './bodies.ts';
import { defaultChecks } from './defaults.ts';
import {
  atOnce,
  describeRun,
  GROUP,
  inLoadgen,
  type LoadgenUnderTest,
  startRun,
} from './run-calls.ts';
import { SUMMARY, summaryChecks } from './summaries.ts';

export const RUN = 'loadgen.run';
export const QUERIES = 'loadgen.queries';
const RUN_BODY = atOnce(4);
/** Enough that each known query comes, whoever chooses at random too. */
const MANY = atOnce(40);
/** How long client takes for each answer, so that an answer that waits for none comes before. */
const ANSWER_MS = 300;
/** Requests that a run sends after its answer come within this time. */
const LATER_MS = 1_500;

export const loadgenRunChecks = (tested: LoadgenUnderTest): readonly Check[] => [
  {
    id: 'loadgen.health',
    group: 'Health',
    title: 'answers its health check',
    rule: inLoadgen('`GET /health` **must** answer a status from 200 to 399'),
    async run() {
      const answer = await tested.call('/health');
      if (answer.status >= 200 && answer.status < 400) return null;
      return { sent: 'GET /health', came: describeHttp(answer), fix: 'answer 200 to GET /health' };
    },
  },
  {
    id: RUN,
    group: GROUP,
    title: 'sends the requests of a run, and answers when it is over',
    rule: inLoadgen('`POST /` starts a run, and answers when the run is over.'),
    run: () => checkRun(tested),
  },
  {
    id: QUERIES,
    group: GROUP,
    title: 'asks for known queries, percent-encoded',
    rule: inLoadgen('for one query of `KNOWN_QUERIES` in percent-encoded UTF-8.'),
    after: [RUN],
    async run() {
      await startRun(tested, MANY);
      const unknown = tested.client.requests.find(
        ({ query }) => query === undefined || KNOWN_QUERIES[query] === undefined,
      );
      if (!unknown) return null;
      return {
        sent: describeRun(MANY),
        came:
          unknown.query === undefined
            ? 'a request without q'
            : `a request for ${JSON.stringify(unknown.query)}, which KNOWN_QUERIES does not have`,
        fix: 'take the keys of KNOWN_QUERIES, and encode them as UTF-8',
      };
    },
  },
  ...summaryChecks(tested, [RUN, QUERIES]),
  {
    id: 'loadgen.line',
    group: GROUP,
    title: 'writes a line with the summary of a run',
    rule: inLoadgen('a line that the program **must** write when the run is over'),
    after: [RUN, QUERIES, SUMMARY],
    run: () => checkLine(tested),
  },
  ...bodyChecks(tested, [RUN, QUERIES, SUMMARY]),
  ...defaultChecks(tested, [RUN, QUERIES, SUMMARY]),
  {
    id: 'loadgen.varied',
    group: GROUP,
    title: 'chooses among the known queries',
    rule: inLoadgen('A run chooses among all of them.'),
    after: [RUN, QUERIES],
    async run() {
      const { requests } = tested.client;
      const queries = new Set(requests.map(({ query }) => query));
      // Whoever chooses at random may leave out some.
      const known = Object.keys(KNOWN_QUERIES).length;
      if (queries.size > known / 2) return null;
      return {
        sent: `KNOWN_QUERIES with ${known} queries, and ${requests.length} requests in several runs`,
        came: `they asked for ${[...queries].map((query) => JSON.stringify(query)).join(', ')} alone`,
        fix: 'choose among all keys of KNOWN_QUERIES for each request',
      };
    },
  },
];

async function checkRun(tested: LoadgenUnderTest): Promise<Finding | null> {
  const { client } = tested;
  const { requests: asked } = RUN_BODY;
  const before = client.requests.length;
  const othersBefore = client.others.length;
  const answer = await startRun(tested, RUN_BODY, {
    answer: 'right',
    after: () => sleep(ANSWER_MS),
  });
  const [sent, open] = [client.requests.length - before, client.open()];
  const isEarly = open > 0 || sent < asked;
  if (isEarly) await client.awaitRequests(before + asked, LATER_MS);
  const later = client.requests.length - before - sent;
  const finding = (came: string, fix: string): Finding => ({
    sent: describeRun(RUN_BODY),
    came,
    fix,
  });
  if (open > 0 || later > 0) {
    return finding(
      `the answer ${answer.status} came before the run was over: ${sent} of ${asked} requests had come to client, and ${sent - open} were answered`,
      'answer when the run is over: wait until all of its requests are answered',
    );
  }
  if (sent !== asked) {
    const [other] = client.others.slice(othersBefore);
    const came = other === undefined ? '' : `; others came, such as ${other}`;
    return finding(
      `${sent} requests came to client at CLIENT_ADDR; ${asked} is right${came}; the answer is ${describeHttp(answer)}`,
      'send GET /?q=QUERY to CLIENT_ADDR as often as `requests` in the body says',
    );
  }
  if (answer.status === 200 && answer.json) return null;
  return finding(describeHttp(answer), 'answer 200 with the summary as JSON');
}

async function checkLine(tested: LoadgenUnderTest): Promise<Finding | Skipped | null> {
  const { lines, withinMs } = tested;
  if (lines === undefined) return { skipped: 'only --command shows what it writes' };
  const before = lines.length;
  await startRun(tested, RUN_BODY);
  // The line and the answer take different ways.
  if (await holdsWithin(withinMs, () => lines.slice(before).some(isFinished))) return null;
  return {
    sent: describeRun(RUN_BODY),
    came: `no such line among the ${lines.length - before} that it wrote within ${withinMs / 1_000} s`,
    fix: 'write {"message":"run finished","summary":{…}} as one line of JSON at once (unbuffered), with the summary of the answer',
  };
}

function isFinished(line: LogContent): boolean {
  if (typeof line === 'string' || line.message !== 'run finished') return false;
  const { requests, ok } = (line.summary ?? {}) as Partial<Record<string, unknown>>;
  return requests === RUN_BODY.requests && ok === RUN_BODY.requests;
}
