import type { LocalCloud } from '../../local/cloud/local-cloud.ts';
import type { Check } from '../check.ts';
import { readStored } from '../stored-spans.ts';
import { expectedCount } from '../texts.ts';
import { traceChecks } from '../trace-checks.ts';
import { runTraces, type TraceRun } from '../trace-run.ts';
import { answerChecks } from './answers.ts';
import { interruptionChecks, unreadChecks } from './interruptions.ts';
import { healthCheck, limitChecks } from './limits.ts';
import { describeAnswer, type ServerCalls } from './server-calls.ts';

/** Everything that is asked of a `server`, in the order in which it is asked. */
export function serverChecks(options: {
  calls: ServerCalls;
  cloud: Pick<LocalCloud, 'faults' | 'traceStore'>;
  signal: AbortSignal;
  storedWithinMs?: number;
}): readonly Check[] {
  const { calls, cloud, signal } = options;
  const store = readStored(cloud.traceStore, options.storedWithinMs);
  const around = {
    calls,
    faults: cloud.faults,
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
    healthCheck(calls),
    ...unreadChecks(around),
    ...answerChecks(calls),
    ...limitChecks(calls),
    ...traceChecks('server', run),
    ...interruptionChecks(around),
  ];
}
