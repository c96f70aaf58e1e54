import { setTimeout as sleep } from 'node:timers/promises';
import { describeHttp } from '../http-calls.ts';
import { atOnce, type LoadgenUnderTest, startRun } from '../loadgen/run-calls.ts';
import { traceOf } from '../loadgen/stand-in-client.ts';
import { type AroundEnd, IN_FLIGHT_MS } from './end-checks.ts';

/** Longer than the program may live after the signal. */
const LONG = { requests: 30, intervalMs: 1_000, maxInFlight: 30 };

/** A run that is over, and one that has just sent its first request, which is answered after the signal. */
export async function sendAroundLoadgenEnd(
  tested: LoadgenUnderTest,
  signal: () => void,
): Promise<AroundEnd> {
  const { client } = tested;
  const before = client.requests.length;
  await startRun(tested, atOnce(3));
  const first = client.requests.length;
  const goesOn = Promise.withResolvers<void>();
  const run = startRun(tested, LONG, { answer: 'right', after: () => goesOn.promise }).catch(
    (error: Error) => error,
  );
  await client.awaitRequests(first + 1, tested.withinMs);
  signal();
  await sleep(IN_FLIGHT_MS);
  goesOn.resolve();
  const answer = await run;
  const isAnswered = !(answer instanceof Error) && answer.status === 200;
  const requests = client.requests.slice(before, isAnswered ? undefined : first);
  return {
    inFlight: isAnswered
      ? null
      : answer instanceof Error
        ? `no answer: ${answer.message}`
        : describeHttp(answer),
    answered: requests.map((request) => traceOf(request).traceId),
  };
}
