import { status } from '@grpc/grpc-js';
import type { Check } from '../check.ts';
import type { Again } from '../secure/secure-checks.ts';
import { PLAIN } from './answer-rows.ts';
import { createServerCalls, describeAnswer, inServer, type ServerCalls } from './server-calls.ts';

const PREFIX = 'no-such-folder/';

/** The program starts again for it, so that it comes last. */
export const noTextsCheck = (calls: ServerCalls, again: Again | undefined): Check => ({
  id: 'errors.no-texts',
  group: 'Without texts',
  title: 'answers FAILED_PRECONDITION where the bucket and prefix hold no texts',
  rule: inServer('the bucket and prefix hold no texts'),
  after: [PLAIN],
  async run(signal) {
    if (!again) return { skipped: 'only with --command this tool starts the program again' };
    const program = await again.start({ WORKS_PREFIX: PREFIX });
    // The connection to the program before this one waits until it tries again.
    const callsAgain = createServerCalls(calls.at, calls.deadlineMs, signal);
    try {
      const answer = await callsAgain.count('kestrel');
      if (answer.code === status.FAILED_PRECONDITION) return null;
      return {
        sent: `a query, where no object is below WORKS_PREFIX=${PREFIX}`,
        came: `${describeAnswer(answer)}; FAILED_PRECONDITION (9) is right`,
        fix: 'answer FAILED_PRECONDITION if the list of texts is empty: 0 would hide that they are elsewhere',
      };
    } finally {
      callsAgain.close();
      await program.close();
    }
  },
});
