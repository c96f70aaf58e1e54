import type { Check, Finding } from '../check.ts';
import { describeHttp } from '../http-calls.ts';
import { holdsWithin } from '../polling.ts';
import { type ClientUnderTest, inClient } from './client-under-test.ts';

const GROUP = 'Deadlines and cancellation';
/** Longer than a busy machine needs from one program to the next. */
const ASKED_MS = 2_000;

/** Health, and what happens while the server does not answer. */
export const clientWaitingChecks = (tested: ClientUnderTest): readonly Check[] => [
  {
    id: 'client.health',
    group: 'Health',
    title: 'answers its health check without calling server',
    rule: inClient(
      '`GET /health` **must** answer a status from 200 to 399 without calling `server`',
    ),
    async run() {
      const callsOf = () => tested.server.calls.length + tested.server.healthChecks();
      const before = callsOf();
      const found = await whileNotServing(
        tested,
        async () =>
          (await checkHealth(tested, '/health')) ?? (await checkHealth(tested, '/_healthz')),
      );
      if (found || callsOf() === before) return found;
      const fix = 'answer for this process alone: a restart of server must not spread';
      return { sent: 'GET /health', came: 'it called the server', fix };
    },
  },
  {
    id: 'client.ready',
    group: 'Health',
    title: 'is ready if the server is',
    rule: inClient('answers 200 if the health of `server` is `SERVING`, and 503 if not.'),
    async run() {
      const serving = await tested.call('/ready');
      if (serving.status === 404) return { skipped: 'it has no /ready, and nothing relies on it' };
      const not = await whileNotServing(tested, () => tested.call('/ready'));
      if (serving.status === 200 && not.status === 503) return null;
      const came = `${serving.status} while the server is SERVING, ${not.status} while it is not`;
      return { sent: 'GET /ready', came, fix: 'ask for the health of "" at SERVER_ADDR' };
    },
  },
  {
    id: 'client.deadline',
    group: GROUP,
    title: 'sends a deadline to the server, no longer than its caller waits',
    rule: inClient('Take the smaller of this and your own deadline for the call of `server`.'),
    after: ['client.answers'],
    run: () => checkDeadline(tested),
  },
  {
    id: 'client.timeout',
    group: GROUP,
    title: 'answers 504 where the server does not answer in time',
    rule: inClient('`server` did not answer in time'),
    after: ['client.answers', 'client.status', 'client.deadline'],
    async run() {
      tested.server.behave('hold');
      const headers = { 'shakesapp-timeout-ms': String(ASKED_MS) };
      const answer = await tested.call('/?q=kestrel', { headers });
      if (answer.status === 504) return null;
      const sent = 'a query, which the server does not answer before the deadline';
      return {
        sent,
        came: `${describeHttp(answer)}; 504 is right`,
        fix: 'map DEADLINE_EXCEEDED to 504',
      };
    },
  },
  {
    id: 'client.cancelled',
    group: GROUP,
    title: 'cancels its call when the caller goes away',
    rule: inClient('the program **must** cancel its call of `server`.'),
    after: ['client.answers'],
    run: () => checkCancelled(tested),
  },
];

async function whileNotServing<T>({ server }: ClientUnderTest, ask: () => Promise<T>): Promise<T> {
  server.serve(false);
  try {
    return await ask();
  } finally {
    server.serve(true);
  }
}

async function checkHealth({ call }: ClientUnderTest, path: string): Promise<Finding | null> {
  const answer = await call(path);
  if (answer.status >= 200 && answer.status < 400) return null;
  const sent = `GET ${path} while the server is not SERVING`;
  return {
    sent,
    came: describeHttp(answer),
    fix: `answer 200 to GET ${path}, whatever server does`,
  };
}

async function checkDeadline({ call, server }: ClientUnderTest): Promise<Finding | null> {
  server.behave({ answer: 7n });
  const rows = [
    { sent: 'a query', headers: {}, most: Number.POSITIVE_INFINITY },
    {
      sent: `a query with shakesapp-timeout-ms: ${ASKED_MS}`,
      headers: { 'shakesapp-timeout-ms': String(ASKED_MS) },
      most: ASKED_MS,
    },
  ];
  const ask = async (headers: Readonly<Record<string, string>>) => {
    const before = server.calls.length;
    await call('/?q=kestrel', { headers });
    return server.calls.at(before);
  };
  for (const { sent, headers, most } of rows) {
    // On a machine that stands still the time may be over before the client calls.
    const { deadlineMs } = (await ask(headers)) ?? (await ask(headers)) ?? {};
    if (deadlineMs !== undefined && deadlineMs <= most + 100) continue;
    const came =
      deadlineMs === undefined
        ? 'the call of the server has no deadline'
        : `the deadline of the call is ${deadlineMs} ms away`;
    const fix = 'give each call a deadline: yours, or shakesapp-timeout-ms if it is smaller';
    return { sent, came, fix };
  }
  return null;
}

async function checkCancelled({
  call,
  server,
  withinMs,
}: ClientUnderTest): Promise<Finding | null> {
  server.behave('hold');
  const before = server.calls.length;
  const arrived = server.awaitCalls(before + 1, withinMs);
  await call('/?q=kestrel', { leaveWhen: arrived }).catch(() => null);
  const pending = server.calls.at(before);
  if (pending === undefined) {
    return {
      sent: 'a query',
      came: `no call arrived at the server within ${withinMs / 1_000} s`,
      fix: 'call the server at once',
    };
  }
  let isCancelled = false;
  pending.cancelled.then(() => {
    isCancelled = true;
  });
  if (await holdsWithin(withinMs, () => isCancelled)) return null;
  return {
    sent: 'a query, and closed the connection before the server answered',
    came: `the call of the server was still open ${withinMs / 1_000} s later`,
    fix: 'pass the cancellation of the request on to the call, and give it to the library as a context or a signal',
  };
}
