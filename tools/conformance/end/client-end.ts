import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientUnderTest } from '../client/client-under-test.ts';
import { describeHttp, type HttpAnswer } from '../http-calls.ts';
import { createIds, headersOf } from '../trace-headers.ts';
import { type AroundEnd, IN_FLIGHT_MS } from './end-checks.ts';

const PATH = '/?q=kestrel';
const ANSWERED = 3;

/** A request for which the server's answer comes after the signal. */
export async function sendAroundClientEnd(
  { call, server, withinMs }: ClientUnderTest,
  signal: () => void,
): Promise<AroundEnd> {
  const answered: string[] = [];
  const send = async () => {
    const ids = createIds();
    const answer = await call(PATH, { headers: headersOf(ids) });
    if (answer.status === 200) answered.push(ids.traceId);
    return answer;
  };
  const goesOn = Promise.withResolvers<void>();
  const before = server.calls.length;
  server.behave({ answer: 7n, after: goesOn.promise });
  const held = send().catch((error: Error) => error);
  await server.awaitCalls(before + 1, withinMs);
  server.behave({ answer: 7n });
  for (let request = 0; request < ANSWERED; request += 1) await send();
  signal();
  await sleep(IN_FLIGHT_MS);
  goesOn.resolve();
  return { inFlight: wrongOf(await held), answered };
}

function wrongOf(answer: HttpAnswer | Error): string | null {
  if (answer instanceof Error) return `no answer: ${answer.message}`;
  return answer.status === 200 ? null : describeHttp(answer);
}
