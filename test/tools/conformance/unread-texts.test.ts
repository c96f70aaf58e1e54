import assert from 'node:assert/strict';
import { it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { runChecks } from '../../../tools/conformance/check.ts';
import type { ServerCalls } from '../../../tools/conformance/server/server-calls.ts';
import { unreadChecks } from '../../../tools/conformance/server/unread-texts.ts';
import { createFaults } from '../../../tools/local/cloud/faults.ts';

const never = () => assert.fail('called');

it('says what a server answered that did not come to the text that cannot be read', async () => {
  const calls: ServerCalls = {
    at: { host: '', port: 0 },
    deadlineMs: 0,
    count: async () => ({ code: status.DEADLINE_EXCEEDED, details: '', count: undefined }),
    hold: never,
    health: never,
    close: never,
  };
  const { signal } = new AbortController();
  const results = await runChecks(unreadChecks({ calls, faults: createFaults() }), { signal });
  const reason =
    'it answered DEADLINE_EXCEEDED (4), and did not come to the text that could not be read';
  assert.deepEqual(
    results.map((result) => result.outcome === 'skipped' && result.reason),
    [reason, reason],
  );
});
