import { createHttp2Upstream } from '../../local/platforms/cloud-run/upstream.ts';
import type { Check } from '../check.ts';
import { sendAroundClientEnd } from '../end/client-end.ts';
import { endChecks } from '../end/end-checks.ts';
import { describeHttp } from '../http-calls.ts';
import { type Again, secureChecks } from '../secure/secure-checks.ts';
import { readStored, type StoringCloud } from '../stored-spans.ts';
import type { Stop } from '../tested-program.ts';
import { TOGETHER } from '../trace-cases.ts';
import { traceChecks } from '../trace-checks.ts';
import { runTraces, type TraceRun } from '../trace-run.ts';
import { clientAnswerChecks } from './answers.ts';
import type { ClientUnderTest } from './client-under-test.ts';
import { clientErrorChecks } from './errors.ts';
import { outgoingChecks } from './outgoing.ts';
import { problemChecks } from './problems.ts';
import { clientWaitingChecks } from './waiting.ts';

/** Everything that is asked of a `client`. */
export function clientChecks(
  tested: ClientUnderTest,
  options: Readonly<{
    cloud: StoringCloud;
    signal: AbortSignal;
    stop?: Stop | undefined;
    again?: Again | undefined;
  }>,
): readonly Check[] {
  const { call, server } = tested;
  const store = readStored(options.cloud, tested.withinMs);
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
      store,
      signal: options.signal,
    });
    return traces;
  };
  return [
    ...clientAnswerChecks(tested),
    ...problemChecks(tested),
    ...clientErrorChecks(tested),
    ...clientWaitingChecks(tested),
    ...traceChecks('client', run),
    ...outgoingChecks(run),
    ...endChecks({
      program: 'client',
      stop: options.stop,
      send: (now) => sendAroundClientEnd(tested, now),
      store,
      after: { answers: ['client.answers'], traces: ['traces.stored', TOGETHER, 'traces.sampled'] },
    }),
    ...secureChecks({
      program: 'client',
      upstream: () => createHttp2Upstream(Number(new URL(`http://${server.address}`).port)),
      again: options.again,
      async trigger() {
        server.behave({ answer: 7n });
        return describeHttp(await call('/?q=kestrel'));
      },
      after: ['client.answers'],
    }),
  ];
}
