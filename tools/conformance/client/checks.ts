import type { LocalCloud } from '../../local/cloud/local-cloud.ts';
import type { Check } from '../check.ts';
import { describeHttp } from '../http-calls.ts';
import { readStored } from '../stored-spans.ts';
import { traceChecks } from '../trace-checks.ts';
import { runTraces, type TraceRun } from '../trace-run.ts';
import { type ClientUnderTest, clientAnswerChecks } from './answers.ts';
import { clientErrorChecks } from './errors.ts';
import { outgoingChecks } from './outgoing.ts';
import { clientWaitingChecks } from './waiting.ts';

/** Everything that is asked of a `client`. */
export function clientChecks(
  tested: ClientUnderTest,
  options: Readonly<{
    cloud: Pick<LocalCloud, 'traceStore'>;
    signal: AbortSignal;
    storedWithinMs?: number;
  }>,
): readonly Check[] {
  const { call, server } = tested;
  let traces: Promise<TraceRun> | undefined;
  const run = () => {
    traces ??= runTraces({
      program: 'client',
      async send(headers) {
        server.behave({ answer: 7n });
        const before = server.calls.length;
        const answer = await call('/?q=kestrel', { headers });
        const wrongAnswer = answer.json?.matchCount === 7 ? null : describeHttp(answer);
        return { wrongAnswer, passedOn: server.calls.at(before)?.headers };
      },
      // What it answers is for the check of its health to say.
      checkHealth: (headers) => call('/health', { headers }).catch(() => {}),
      store: readStored(options.cloud.traceStore, options.storedWithinMs),
      signal: options.signal,
    });
    return traces;
  };
  return [
    ...clientAnswerChecks(tested),
    ...clientErrorChecks(tested),
    ...clientWaitingChecks(tested),
    ...traceChecks('client', run),
    ...outgoingChecks(run),
  ];
}
