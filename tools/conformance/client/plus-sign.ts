import type { Check } from '../check.ts';
import { type ClientUnderTest, inClient } from './client-under-test.ts';

const PATH = '/?q=to+be%2Bor';
const QUERY = 'to be+or';

/** What many libraries encode a space as. */
export const plusSignCheck = (
  { call, server }: ClientUnderTest,
  after: readonly string[],
): Check => ({
  id: 'client.plus-sign',
  group: 'Answers',
  title: 'reads a plus sign as a space',
  rule: inClient('As in HTML forms, `+` and `%20` are a space, and `%2B` is a plus.'),
  after,
  async run() {
    server.behave({ answer: 7n });
    const before = server.calls.length;
    await call(PATH);
    const got = server.calls.at(before)?.query;
    if (got === QUERY) return null;
    return {
      sent: `GET ${PATH}`,
      came: `the server was asked for ${JSON.stringify(got ?? null)}; ${JSON.stringify(QUERY)} is right`,
      fix: 'replace + by a space before you decode, or read q by a library for forms',
    };
  },
});
