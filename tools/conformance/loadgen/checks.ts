import { createHttp1Upstream } from '../../local/platforms/cloud-run/upstream.ts';
import type { Check } from '../check.ts';
import { endChecks } from '../end/end-checks.ts';
import { sendAroundLoadgenEnd } from '../end/loadgen-end.ts';
import { describeHttp } from '../http-calls.ts';
import { type Again, secureChecks } from '../secure/secure-checks.ts';
import { readStored, type StoringCloud } from '../stored-spans.ts';
import type { Stop } from '../tested-program.ts';
import { emptyBodyCheck } from './defaults.ts';
import { atOnce, type LoadgenUnderTest, startRun } from './run-calls.ts';
import { loadgenRunChecks, QUERIES, RUN } from './runs.ts';
import { HEADERS } from './sent-headers.ts';
import { loadgenTraceChecks, STORED } from './traces.ts';

/** Everything that is asked of a `loadgen`. */
export function loadgenChecks(
  tested: LoadgenUnderTest,
  options: Readonly<{
    cloud: StoringCloud;
    signal: AbortSignal;
    stop?: Stop | undefined;
    again?: Again | undefined;
  }>,
): readonly Check[] {
  const store = readStored(options.cloud, tested.withinMs);
  return [
    ...loadgenRunChecks(tested),
    ...loadgenTraceChecks(tested, store, options.signal),
    emptyBodyCheck(tested, [RUN]),
    ...endChecks({
      program: 'loadgen',
      stop: options.stop,
      send: (now) => sendAroundLoadgenEnd(tested, now),
      store,
      after: { answers: [RUN, QUERIES], traces: [HEADERS, STORED] },
    }),
    ...secureChecks({
      program: 'loadgen',
      upstream: () => createHttp1Upstream(Number(new URL(`http://${tested.client.address}`).port)),
      again: options.again,
      trigger: async () => describeHttp(await startRun(tested, atOnce(2))),
      after: [RUN, QUERIES],
    }),
  ];
}
