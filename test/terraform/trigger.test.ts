import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { loadRequestSchema, scheduledMinuteOf } from '../../functions/loadgen/contract.ts';
import { runToEnd } from '../run-to-end.ts';
import { TERRAFORM_FOLDER } from './roots.ts';

const SCRIPT = readFileSync(join(TERRAFORM_FOLDER, 'gke/workloads/trigger.mjs'), 'utf8');
const LOAD_BODY = '{"requests":10,"intervalMs":2000,"maxInFlight":80}';

/** Runs the CronJob's command, as its container would, against a server that answers `status`. */
async function trigger(t: TestContext, options: { status?: number; env?: Record<string, string> }) {
  const received: { method: string | undefined; type: string | undefined; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const { method, headers } = request;
    received.push({ method, type: headers['content-type'], body: await text(request) });
    response.statusCode = options.status ?? 200;
    response.end('{"sent":10}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { code, stdout } = await runToEnd(
    process.execPath,
    ['--input-type=module', '--eval', SCRIPT],
    {
      env: {
        LOADGEN_URL: `http://127.0.0.1:${port}/`,
        LOAD_BODY,
        TIMEOUT_SECONDS: '60',
        JOB_NAME: 'trigger-29387521',
        ...options.env,
      },
    },
  );
  return { received, exitCode: code, log: JSON.parse(stdout) };
}

test('posts the load with the minute that the job was scheduled for', async (t) => {
  const { received, exitCode, log } = await trigger(t, {});
  assert.equal(exitCode, 0);
  assert.deepEqual(
    [received.length, received[0]?.method, received[0]?.type],
    [1, 'POST', 'application/json'],
  );
  const body = loadRequestSchema.parse(JSON.parse(received[0]?.body ?? ''));
  assert.equal(body.scheduledTime, new Date(29387521 * 60_000).toISOString());
  assert.equal(body.requests, 10);
  assert.deepEqual([log.severity, log.status, log.body], ['INFO', 200, '{"sent":10}']);
});

test('a job that was started by hand gets the current minute', async (t) => {
  const before = scheduledMinuteOf(new Date());
  const { received } = await trigger(t, { env: { JOB_NAME: 'by-hand' } });
  const { scheduledTime = '' } = loadRequestSchema.parse(JSON.parse(received[0]?.body ?? ''));
  const after = scheduledMinuteOf(new Date());
  assert.ok([before, after].includes(scheduledMinuteOf(new Date(scheduledTime))), scheduledTime);
});

test('a run that loadgen refuses fails the job, with its answer in the log', async (t) => {
  const { exitCode, log } = await trigger(t, { status: 503 });
  assert.deepEqual([exitCode, log.severity, log.status], [1, 'ERROR', 503]);
});

test('a loadgen that is not there fails the job, and says so', async (t) => {
  const { exitCode, log } = await trigger(t, { env: { LOADGEN_URL: 'http://127.0.0.1:1/' } });
  assert.deepEqual([exitCode, log.severity, log.message], [1, 'ERROR', 'loadgen did not answer']);
});

test('holds nothing that Kubernetes would take for one of its variables', () => {
  assert.doesNotMatch(SCRIPT, /\$\(/);
});
