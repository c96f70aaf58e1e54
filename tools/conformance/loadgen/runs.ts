import { setTimeout as sleep } from 'node:timers/promises';
import type { LogContent } from '../../local/platforms/program.ts';
import type { Check, Finding, Skipped } from '../check.ts';
import { describeHttp, type HttpAnswer, type HttpCalls } from '../http-calls.ts';
import { KNOWN_QUERIES } from '../texts.ts';
import type { Behaviour, StandInClient } from './stand-in-client.ts';

export type LoadgenUnderTest = Readonly<{
  call: HttpCalls;
  client: StandInClient;
  /** What it writes; undefined where somebody else started it. */
  lines: readonly LogContent[] | undefined;
}>;

const GROUP = 'Runs';
export const RUN = 'loadgen.run';
export const QUERIES = 'loadgen.queries';
const REQUESTS = 4;

const inLoadgen = (says: string) => ({ section: 'loadgen', says });

/** Starts a run with a client that behaves so, and waits for its summary. */
export function startRun(
  { call, client }: LoadgenUnderTest,
  behaviour: Behaviour = 'right',
): Promise<HttpAnswer> {
  client.behave(behaviour);
  return call('/', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ requests: REQUESTS, intervalMs: 0, maxInFlight: REQUESTS }),
    deadlineMs: 60_000,
  });
}

const SENT = `POST / with {"requests": ${REQUESTS}, "intervalMs": 0, "maxInFlight": ${REQUESTS}}`;

export const loadgenRunChecks = (tested: LoadgenUnderTest): readonly Check[] => [
  {
    id: 'loadgen.health',
    group: 'Health',
    title: 'answers its health check',
    rule: inLoadgen('`GET /health` **must** answer 200.'),
    async run() {
      const answer = await tested.call('/health');
      if (answer.status === 200) return null;
      return { sent: 'GET /health', came: describeHttp(answer), fix: 'answer 200 to GET /health' };
    },
  },
  {
    id: RUN,
    group: GROUP,
    title: 'sends the requests of a run, and answers when it is over',
    rule: inLoadgen('`POST /` with a JSON body starts a run, and answers when the run is over.'),
    async run() {
      const before = tested.client.requests.length;
      const answer = await startRun(tested);
      const sent = tested.client.requests.length - before;
      if (answer.status === 200 && answer.json && sent === REQUESTS) return null;
      return {
        sent: SENT,
        came: `${describeHttp(answer)}; ${sent} requests had come to client at CLIENT_ADDR`,
        fix: `send GET /?q=QUERY to CLIENT_ADDR as often as the body says, and answer 200 with the summary afterwards`,
      };
    },
  },
  {
    id: QUERIES,
    group: GROUP,
    title: 'asks for known queries, percent-encoded',
    rule: { section: 'client', says: 'asks for the count of one query, percent-encoded UTF-8.' },
    after: [RUN],
    async run() {
      const unknown = tested.client.requests.find(
        ({ query }) => query === undefined || KNOWN_QUERIES[query] === undefined,
      );
      if (!unknown) return null;
      return {
        sent: SENT,
        came:
          unknown.query === undefined
            ? 'a request without q'
            : `a request for ${JSON.stringify(unknown.query)}, which KNOWN_QUERIES does not have`,
        fix: 'take the keys of KNOWN_QUERIES, and encode them as UTF-8',
      };
    },
  },
  summaryCheck(tested, {
    id: 'loadgen.summary',
    title: 'sums up a run',
    says: '`requests` = `ok` + `mismatched` + `failed` + `dropped`',
    behaviour: 'right',
    member: 'ok',
  }),
  summaryCheck(tested, {
    id: 'loadgen.mismatched',
    title: 'counts a wrong answer as mismatched',
    says: '`requests` = `ok` + `mismatched` + `failed` + `dropped`',
    behaviour: 'wrong count',
    member: 'mismatched',
  }),
  summaryCheck(tested, {
    id: 'loadgen.failed',
    title: 'answers 200 where requests failed, and counts them',
    says: 'The status **must** be 200 once a request was sent, even if requests failed',
    behaviour: 'fail',
    member: 'failed',
  }),
  {
    id: 'loadgen.line',
    group: GROUP,
    title: 'writes a line with the summary of a run',
    rule: inLoadgen('`npm start` reads it from a line on the standard output'),
    after: [RUN, QUERIES, 'loadgen.summary'],
    run: () => checkLine(tested),
  },
  {
    id: 'loadgen.varied',
    group: GROUP,
    title: 'chooses among the known queries',
    rule: inLoadgen('a run chooses among all of them.'),
    after: [RUN, QUERIES],
    // Last: whoever chooses at random asks for one query in a short run now and then.
    async run() {
      const { requests } = tested.client;
      const queries = new Set(requests.map(({ query }) => query));
      if (queries.size > 1) return null;
      return {
        sent: `${requests.length} requests in several runs`,
        came: `all of them asked for ${JSON.stringify([...queries][0])}`,
        fix: 'choose a key of KNOWN_QUERIES for each request',
      };
    },
  },
];

/** The line and the answer take different ways. */
const WRITTEN_WITHIN_MS = 5_000;

async function checkLine(tested: LoadgenUnderTest): Promise<Finding | Skipped | null> {
  const { lines } = tested;
  if (lines === undefined) return { skipped: 'only --command shows what it writes' };
  const before = lines.length;
  await startRun(tested);
  const untilMs = performance.now() + WRITTEN_WITHIN_MS;
  while (!lines.slice(before).some(isFinished)) {
    if (performance.now() > untilMs) {
      return {
        sent: SENT,
        came: `no such line among the ${lines.length - before} that it wrote`,
        fix: 'write {"message":"run finished","summary":{…}} as one line of JSON, with the summary of the answer',
      };
    }
    await sleep(50);
  }
  return null;
}

function isFinished(line: LogContent): boolean {
  if (typeof line === 'string' || line.message !== 'run finished') return false;
  const { requests, ok } = (line.summary ?? {}) as Partial<Record<string, unknown>>;
  return requests === REQUESTS && ok === REQUESTS;
}

function summaryCheck(
  tested: LoadgenUnderTest,
  of: Readonly<{
    id: string;
    title: string;
    says: string;
    behaviour: Behaviour;
    member: 'ok' | 'mismatched' | 'failed';
  }>,
): Check {
  const { id, title, says, behaviour, member } = of;
  return {
    id,
    group: GROUP,
    title,
    rule: inLoadgen(says),
    after: id === 'loadgen.summary' ? [RUN, QUERIES] : [RUN, 'loadgen.summary'],
    async run(): Promise<Finding | null> {
      const answer = await startRun(tested, behaviour);
      const { requests, ok, mismatched, failed, dropped } = answer.json ?? {};
      const expected = { requests: REQUESTS, ok: 0, mismatched: 0, failed: 0, dropped: 0 };
      const right = JSON.stringify({ ...expected, [member]: REQUESTS });
      const got = JSON.stringify({ requests, ok, mismatched, failed, dropped });
      if (answer.status === 200 && got === right) return null;
      return {
        sent: `${SENT}, where client's answers are: ${behaviour}`,
        came: `${answer.status} with ${got}; 200 with ${right} is right`,
        fix: 'count each request once: ok only if the count is that of KNOWN_QUERIES',
      };
    },
  };
}
