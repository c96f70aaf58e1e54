import type { Check } from '../check.ts';
import { describeHttp } from '../http-calls.ts';
import { createIds, headersOf } from '../trace-headers.ts';
import { type ClientUnderTest, inClient } from './client-under-test.ts';

/** Whether it is the right trace is for the checks of traces to say. `after`: without them no error is JSON. */
export const traceIdCheck = (
  { call, server }: ClientUnderTest,
  after: readonly string[],
): Check => ({
  id: 'client.trace-id',
  group: 'Errors and limits',
  title: 'says the trace of a query that failed',
  rule: inClient('for a query `traceId`: the trace id of the request, 32 hexadecimal digits.'),
  after,
  async run() {
    server.behave({ code: 14 });
    const answer = await call('/?q=kestrel', { headers: headersOf(createIds()) });
    if (/^[0-9a-f]{32}$/.test(String(answer.json?.traceId))) return null;
    return {
      sent: 'a query with trace headers, which the server answers with UNAVAILABLE',
      came: describeHttp(answer),
      fix: 'add traceId with the trace id of the span of kind server, in lower case',
    };
  },
});
