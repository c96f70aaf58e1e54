import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status } from '@grpc/grpc-js';
import { healthChecks } from '../../../tools/conformance/server/health.ts';
import type { Answer, ServerCalls } from '../../../tools/conformance/server/server-calls.ts';
import { createFaults } from '../../../tools/local/cloud/faults.ts';

/** What the check of SERVING finds, where health checks are answered so, and how often it asks. */
async function askHealth(answers: (call: number) => Pick<Answer, 'code' | 'count'>) {
  let asked = 0;
  const calls: ServerCalls = {
    at: { host: '127.0.0.1', port: 1 },
    deadlineMs: 30_000,
    count: () => assert.fail('no query belongs to it'),
    hold: () => assert.fail('no query belongs to it'),
    async health() {
      asked += 1;
      return { details: '', ...answers(asked) } as Answer;
    },
    close() {},
  };
  const checks = healthChecks({ calls, faults: createFaults(), withinMs: 30_000 });
  const serving = checks.find(({ id }) => id === 'health.serving');
  const found = await serving?.run(new AbortController().signal);
  return { found, asked };
}

test('a server that is not SERVING yet is asked again', async () => {
  const { found, asked } = await askHealth((call) => ({ code: 0, count: call < 3 ? 2n : 1n }));
  assert.equal(found, null);
  assert.equal(asked, 3);
});

test('a server that does not answer a health check is not asked again', async () => {
  const { found, asked } = await askHealth(() => ({ code: status.DEADLINE_EXCEEDED, count: 0n }));
  assert.match(JSON.stringify(found), /DEADLINE_EXCEEDED/);
  assert.equal(asked, 1);
});
