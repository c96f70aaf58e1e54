import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, describeAnswer, type ServerCalls } from '../server/server-calls.ts';
import { createIds, headersOf } from '../trace-headers.ts';
import { type AroundEnd, IN_FLIGHT_MS } from './end-checks.ts';

const QUERY = 'kestrel';
/** Answered just before the signal, so that an exporter that sends batches still holds their spans. */
const ANSWERED = 3;

/**
 * A call whose headers are there before the signal, and whose message comes after it: it is in flight
 * however fast the server answers.
 */
export async function sendAroundServerEnd(
  calls: ServerCalls,
  signal: () => void,
): Promise<AroundEnd> {
  const answered: string[] = [];
  const note = (traceId: string, { code }: Answer) => {
    if (code === 0) answered.push(traceId);
  };
  const heldIds = createIds();
  const held = calls.hold(QUERY, { headers: headersOf(heldIds) });
  for (let call = 0; call < ANSWERED; call += 1) {
    // On one connection, in order: the server has begun the call before once it answers these.
    const ids = createIds();
    note(ids.traceId, await calls.count(QUERY, { headers: headersOf(ids) }));
  }
  signal();
  await sleep(IN_FLIGHT_MS);
  held.send();
  const answer = await held.answer;
  note(heldIds.traceId, answer);
  return { inFlight: answer.code === 0 ? null : describeAnswer(answer), answered };
}
