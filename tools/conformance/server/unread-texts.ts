import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import type { Faults } from '../../local/cloud/faults.ts';
import type { Check, Skipped } from '../check.ts';
import { expectedCount, PREFIX, UNREAD_TEXT } from '../texts.ts';
import { describeAnswer, inServer, type ServerCalls } from './server-calls.ts';

const PARTIAL = 'errors.partial';
export const AGAIN = 'errors.again';
const READ_BEFORE = 'the texts were read before the first call';
/** A program may load its libraries and read the texts before this one with its first call. */
const PARTIAL_DEADLINE_MS = 60_000;
/** A library may try again for longer, as long as the caller waits. */
const TRIES_FOR_MS = 3_000;
const POLL_MS = 20;

type Around = Readonly<{ calls: ServerCalls; faults: Faults }>;

/** Before any other call: what a server does that cannot read one of the texts, and after that. */
export function unreadChecks(around: Around): readonly Check[] {
  let skipped: string | undefined;
  const skip = (reason: string): Skipped => {
    skipped = reason;
    return { skipped: reason };
  };
  return [partialCheck(around, skip), againCheck(around, () => skipped)];
}

const partialCheck = ({ calls, faults }: Around, skip: (reason: string) => Skipped): Check => ({
  id: PARTIAL,
  group: 'Limits and errors',
  title: 'answers with an error while a text cannot be read',
  rule: inServer('It **must** never answer with the count of some of the texts.'),
  async run() {
    const fault = faults.inject({
      service: 'storage',
      operation: 'download',
      target: PREFIX + UNREAD_TEXT,
      error: 'UNAVAILABLE',
    });
    const cancelled = new AbortController();
    let isOver = false;
    const pending = calls
      .count('everywhere', { deadlineMs: PARTIAL_DEADLINE_MS, cancel: cancelled.signal })
      .finally(() => {
        isOver = true;
      });
    while (fault.applied() === 0 && !isOver) await Promise.race([sleep(POLL_MS), pending]);
    await Promise.race([sleep(TRIES_FOR_MS), pending]);
    cancelled.abort();
    const answer = await pending;
    fault.remove();
    const isAway = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED].includes(answer.code);
    if (fault.applied() === 0) {
      return skip(
        isAway
          ? `it answered ${describeAnswer(answer)}, and did not come to the text that could not be read`
          : READ_BEFORE,
      );
    }
    if (isAway || (answer.code === status.CANCELLED && cancelled.signal.aborted)) return null;
    if (answer.code === 0 && answer.count === BigInt(expectedCount('everywhere'))) {
      return skip(READ_BEFORE);
    }
    return {
      sent: 'a query while Cloud Storage answers 503 for one of the texts',
      came: `${describeAnswer(answer)}; UNAVAILABLE (14) is right`,
      fix: 'let the call fail with UNAVAILABLE if any text cannot be read, and read it again with the next call',
    };
  },
});

const againCheck = ({ calls }: Around, skipped: () => string | undefined): Check => ({
  id: AGAIN,
  group: 'Limits and errors',
  title: 'reads a text again that it could not read',
  rule: inServer('and reads it again with the next call.'),
  after: [PARTIAL],
  async run() {
    const reason = skipped();
    if (reason !== undefined) return { skipped: reason };
    const answer = await calls.count('everywhere');
    // Whether the count is right is for the next checks to say.
    if (answer.code === 0) return null;
    return {
      sent: 'the same query, once Cloud Storage answers again',
      came: `${describeAnswer(answer)}; OK is right`,
      fix: 'do not keep a failed read: read the texts again with the next call',
    };
  },
});
