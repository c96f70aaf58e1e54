import assert from 'node:assert/strict';
import { it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { limitChecks } from '../../../tools/conformance/server/limits.ts';
import type { ServerCalls } from '../../../tools/conformance/server/server-calls.ts';
import { expectedCount } from '../../../tools/conformance/texts.ts';

const never = () => assert.fail('called');

it('names the limit of streams where a server refuses some of 80 calls at a time', async () => {
  let open = 0;
  const calls: ServerCalls = {
    at: { host: '', port: 0 },
    deadlineMs: 0,
    async count(query) {
      open += 1;
      if (open > 10) return { code: status.RESOURCE_EXHAUSTED, details: '', count: undefined };
      return { code: status.OK, details: '', count: BigInt(expectedCount(String(query))) };
    },
    hold: never,
    health: never,
    close: never,
  };
  const check = limitChecks(calls).find(({ id }) => id === 'calls.parallel');
  const found = await check?.run(new AbortController().signal);
  assert.ok(found && 'fix' in found);
  assert.match(found.came, /^70 of them got another answer, such as RESOURCE_EXHAUSTED \(8\); /);
  assert.match(found.fix, /max concurrent streams/);
});
