import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type handleUnaryCall, Server, ServerCredentials } from '@grpc/grpc-js';
import fc from 'fast-check';
import { createClientRequests } from '../../../functions/loadgen/request.ts';
import { startRun } from '../../../functions/loadgen/run.ts';
import { systemClock } from '../../../lib/clock.ts';
import { AppError } from '../../../lib/errors.ts';
import { createIdentity } from '../../../lib/identity.ts';
import { createRandom } from '../../../lib/random.ts';
import { createJobControl } from '../../../tools/google/job.ts';
import { loadSchedulerService } from '../../../tools/local/cloud/protos.ts';
import { recordLog } from '../../services/log-lines.ts';
import {
  change,
  changedBytes,
  changedDocument,
  sendChanged,
  startBackend,
  UNCHANGED,
} from './changed-answer.ts';
import { fuzz, type Verdict } from './surface.ts';

test('loadgen takes no answer of client for right but the expected count', async (t) => {
  let asked = UNCHANGED;
  const sent = { body: '' };
  const host = await startBackend(t, (_request, response) => {
    const document = changedDocument({ query: 'love', matchCount: 7 }, asked);
    sent.body = JSON.stringify(document);
    sendChanged(response, Buffer.from(sent.body), asked);
  });
  const { logger } = recordLog();
  const [name = '', port] = host.split(':');
  const requests = createClientRequests({
    address: { host: name, port: Number(port), tls: false, origin: `http://${host}` },
    timeoutMs: 60_000,
    maxSockets: 10,
    identity: undefined,
  });
  t.after(() => requests.close());
  const never = new AbortController().signal;
  await fuzz({
    name: 'answers of client to loadgen',
    quick: 200,
    full: 4_000,
    input: change,
    judge: async (one): Promise<Verdict> => {
      asked = one;
      const run = startRun(
        {
          runId: 'r',
          scheduledMinute: '2026-03-01T12:34:00Z',
          seed: 0,
          requests: 1,
          lateAfterMs: 60_000,
          intervalMs: 0,
          maxInFlight: 1,
          queries: [{ query: 'love', expectedCount: 7 }],
        },
        {
          requests,
          clock: systemClock,
          logger,
          ready: async () => undefined,
          stop: never,
          giveUp: never,
        },
      );
      const { ok, mismatched, failed, dropped } = await run.done;
      assert.equal(ok + mismatched + failed, 1);
      assert.equal(dropped, 0);
      // Bytes may be another legal way to write the same.
      if (ok === 1 && one.kind !== 'bytes' && one.kind !== 'encoding')
        assert.match(sent.body, /"matchCount":7[,}]/);
      return ok === 1 ? 'accepted' : 'refused';
    },
  });
});

test('a token is one that a header can carry, and anything else is no token', async () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: 'https://accounts.google.com', aud: 'https://a', exp: 4_000_000_000 };
  await fuzz({
    name: 'ID tokens of the metadata server',
    quick: 700,
    full: 6_000,
    input: change,
    judge: async (one): Promise<Verdict> => {
      const token = `${part({ alg: 'none' })}.${part(changedDocument(claims, one))}.c2ln`;
      const answer = String(changedBytes(Buffer.from(token), one).body);
      const fetchIdToken = async () => answer;
      try {
        const taken = await createIdentity('https://a', { fetchIdToken }).getIdToken();
        assert.match(taken, /^[A-Za-z0-9_.-]+$/, 'no header can carry it');
        return 'accepted';
      } catch (error) {
        assert.ok(error instanceof AppError, String(error));
        assert.equal(error.kind, 'unavailable');
        assert.equal(error.message, 'could not obtain an ID token');
        return 'refused';
      }
    },
  });
});

test('a job that Cloud Scheduler describes is read right, or refused in words', async (t) => {
  const service = loadSchedulerService();
  const { GetJob } = service;
  assert.ok(GetJob);
  const job = {
    name: 'projects/p/locations/r/jobs/load',
    schedule: '* * * * *',
    timeZone: 'Etc/UTC',
    state: 'ENABLED',
    httpTarget: { uri: 'https://a/', body: Buffer.from('{"requests":20,"maxInFlight":7}') },
    attemptDeadline: { seconds: '180' },
    lastAttemptTime: { seconds: '1772445600', nanos: 5 },
    status: { code: 5 },
  };
  let answer = Buffer.alloc(0);
  const server = new Server();
  const handler: handleUnaryCall<unknown, Buffer> = (_call, callback) => callback(null, answer);
  const raw = { GetJob: { ...GetJob, responseSerialize: (bytes: Buffer) => bytes } };
  server.addService(raw, { GetJob: handler });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const control = createJobControl(
    {
      projectId: 'p',
      region: 'r',
      jobName: job.name,
      local: { schedulerAddress: `127.0.0.1:${port}`, traceReadOrigin: '' },
    },
    60_000,
  );
  t.after(async () => {
    await control.close();
    server.forceShutdown();
  });
  const BODIES = [
    '',
    '{}',
    '{',
    '[]',
    'null',
    '"x"',
    '{"requests":"5"}',
    '{"requests":null}',
    '{"requests":-1}',
    '{"requests":1e9}',
    '\xff',
    '{"intervalMs":{}}',
    '{"a":1}',
    'x'.repeat(5_000),
  ];
  await fuzz({
    name: 'answers of Cloud Scheduler',
    quick: 200,
    full: 3_000,
    input: fc.record({
      body: fc.oneof(fc.constant(undefined), fc.constantFrom(...BODIES)),
      seed: fc.nat(2 ** 31),
      bytes: fc.constantFrom(0, 0, 1, 4, 30),
      cut: fc.boolean(),
    }),
    judge: async ({ body, seed, bytes, cut }): Promise<Verdict> => {
      const random = createRandom(seed);
      const mine =
        body === undefined
          ? job
          : { ...job, httpTarget: { ...job.httpTarget, body: Buffer.from(body, 'latin1') } };
      answer = Buffer.from(GetJob.responseSerialize(mine));
      for (let times = 0; times < bytes; times += 1)
        answer[Math.floor(random() * answer.length)] = Math.floor(random() * 256);
      if (cut && bytes > 0) answer = answer.subarray(0, Math.floor(random() * answer.length));
      try {
        const view = await control.read();
        assert.ok(
          Number.isInteger(view.requests) && view.requests > 0,
          `${view.requests} requests`,
        );
        assert.ok(
          Number.isInteger(view.intervalMs) && view.intervalMs >= 0,
          `${view.intervalMs} ms`,
        );
        assert.ok(Number.isFinite(view.attemptDeadlineMs));
        if (bytes === 0 && body === undefined)
          assert.deepEqual([view.name, view.requests, view.lastStatusCode], [job.name, 20, 5]);
        return 'accepted';
      } catch (error) {
        assert.ok(error instanceof Error && error.name !== 'AssertionError', error as Error);
        assert.match(error.message, /(the job's body|Cloud Scheduler)/);
        return 'refused';
      }
    },
  });
});
