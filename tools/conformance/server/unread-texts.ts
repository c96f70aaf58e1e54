import { status } from '@grpc/grpc-js';
import type { Faults } from '../../local/cloud/faults.ts';
import type { Check } from '../check.ts';
import { expectedCount, PREFIX, UNREAD_TEXT } from '../texts.ts';
import { describeAnswer, type ServerCalls } from './server-calls.ts';

const PARTIAL = 'errors.partial';
export const AGAIN = 'errors.again';
const PARTIAL_DEADLINE_MS = 3_000;

type Around = Readonly<{ calls: ServerCalls; faults: Faults }>;

/** Before any other call: what a server does that cannot read one of the texts, and after that. */
export function unreadChecks(around: Around): readonly Check[] {
  let hasFailed = false;
  const onFailure = () => {
    hasFailed = true;
  };
  return [partialCheck(around, onFailure), againCheck(around, () => hasFailed)];
}

const partialCheck = ({ calls, faults }: Around, onFailure: () => void): Check => ({
  id: PARTIAL,
  group: 'Limits and errors',
  title: 'answers with an error while a text cannot be read',
  rule: {
    section: 'server',
    says: 'It **must** never answer with the count of some of the texts.',
  },
  async run() {
    const fault = faults.inject({
      service: 'storage',
      operation: 'download',
      target: PREFIX + UNREAD_TEXT,
      error: 'UNAVAILABLE',
    });
    const answer = await calls.count('everywhere', { deadlineMs: PARTIAL_DEADLINE_MS });
    fault.remove();
    if (fault.applied() === 0) return { skipped: 'the texts were read before the first call' };
    onFailure();
    // A library may try again for longer than the deadline.
    if ([status.UNAVAILABLE, status.DEADLINE_EXCEEDED].includes(answer.code)) return null;
    if (answer.code === 0 && answer.count === BigInt(expectedCount('everywhere'))) {
      return { skipped: 'the texts were read before the first call' };
    }
    return {
      sent: 'a query while Cloud Storage answers 503 for one of the texts',
      came: `${describeAnswer(answer)}; UNAVAILABLE (14) is right`,
      fix: 'let the call fail with UNAVAILABLE if any text cannot be read, and read it again with the next call',
    };
  },
});

const againCheck = ({ calls }: Around, hasFailed: () => boolean): Check => ({
  id: AGAIN,
  group: 'Limits and errors',
  title: 'reads a text again that it could not read',
  rule: { section: 'server', says: 'and reads it again with the next call.' },
  after: [PARTIAL],
  async run() {
    if (!hasFailed()) return { skipped: 'it has read all texts' };
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
