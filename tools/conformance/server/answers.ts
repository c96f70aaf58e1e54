import { status } from '@grpc/grpc-js';
import type { Check, Finding } from '../check.ts';
import { expectedCount } from '../texts.ts';
import { ANSWER_ROWS, PLAIN } from './answer-rows.ts';
import { describeAnswer, inServer, type ServerCalls } from './server-calls.ts';
import { AGAIN } from './unread-texts.ts';

export const answerChecks = (calls: ServerCalls): readonly Check[] =>
  ANSWER_ROWS.map(({ id, title, queries, says, fix, after }) => ({
    id,
    group: 'Answers',
    title,
    rule: inServer(says),
    // Where the plainest count is wrong, the others say nothing more.
    after: id === PLAIN ? [AGAIN] : [PLAIN, ...(after ?? [])],
    async run() {
      for (const query of queries) {
        const found = await checkCount(calls, query, fix);
        if (found) return found;
      }
      return null;
    },
  }));

const REFUSE_LESS =
  'refuse an empty query, more than 1,024 bytes, "\\n", "\\r" and what is not valid UTF-8, and nothing else';

async function checkCount(calls: ServerCalls, query: string, fix: string): Promise<Finding | null> {
  const expected = expectedCount(query);
  const answer = await calls.count(query);
  if (answer.code === 0 && answer.count === BigInt(expected)) return null;
  const contain = expected === 1 ? '1 line contains' : `${expected} lines contain`;
  const isRefused = answer.code === status.INVALID_ARGUMENT;
  return {
    sent: `the query ${JSON.stringify(query)}, which ${contain}`,
    came: describeAnswer(answer),
    fix: isRefused ? REFUSE_LESS : fix,
  };
}
