import type { LocalCloud } from '../../local/cloud/local-cloud.ts';
import type { Check } from '../check.ts';
import { endChecks } from '../end/end-checks.ts';
import { sendAroundServerEnd } from '../end/server-end.ts';
import type { Again } from '../secure/secure-checks.ts';
import { readStored, type StoringCloud } from '../stored-spans.ts';
import type { Stop } from '../tested-program.ts';
import { expectedCount } from '../texts.ts';
import { TOGETHER } from '../trace-cases.ts';
import { traceChecks } from '../trace-checks.ts';
import { runTraces, type TraceRun } from '../trace-run.ts';
import { answerChecks } from './answers.ts';
import { healthChecks } from './health.ts';
import { interruptionChecks } from './interruptions.ts';
import { limitChecks } from './limits.ts';
import { noTextsCheck } from './no-texts.ts';
import { describeAnswer, type ServerCalls } from './server-calls.ts';
import { unreadChecks } from './unread-texts.ts';

/** Everything that is asked of a `server`, in the order in which it is asked. */
export function serverChecks(options: {
  calls: ServerCalls;
  cloud: StoringCloud & Pick<LocalCloud, 'faults'>;
  signal: AbortSignal;
  stop?: Stop | undefined;
  again?: Again | undefined;
  /** How long the server may take for what it does at once. */
  withinMs: number;
}): readonly Check[] {
  const { calls, cloud, signal, stop, withinMs } = options;
  const store = readStored(cloud, withinMs);
  const around = {
    calls,
    faults: cloud.faults,
    withinMs,
    awaitSpans: (traceId: string) => store.awaitSpans(traceId, signal),
  };
  const query = 'kestrel';
  const right = BigInt(expectedCount(query));
  let traces: Promise<TraceRun> | undefined;
  const run = () => {
    traces ??= runTraces({
      program: 'server',
      async send(headers) {
        const answer = await calls.count(query, { headers });
        return { wrongAnswer: answer.count === right ? null : describeAnswer(answer) };
      },
      checkHealth: calls.health,
      store,
      signal,
    });
    return traces;
  };
  return [
    ...healthChecks(around),
    ...unreadChecks(around),
    ...answerChecks(calls),
    ...limitChecks(calls),
    ...traceChecks('server', run),
    ...interruptionChecks(around),
    ...endChecks({
      program: 'server',
      stop,
      send: (now) => sendAroundServerEnd(calls, now),
      store,
      after: { answers: ['answers.plain'], traces: ['traces.stored', TOGETHER, 'traces.sampled'] },
    }),
    noTextsCheck(calls, options.again),
  ];
}
