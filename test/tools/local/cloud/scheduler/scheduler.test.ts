import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import { CloudSchedulerClient, type protos } from '@google-cloud/scheduler';
import { credentials, status } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';
import { startLocalCloud } from '../../../../../tools/local/cloud/local-cloud.ts';
import type { Attempt } from '../../../../../tools/local/cloud/scheduler/runner.ts';
import { createManualClock } from '../../platforms/manual-clock.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');
const MINUTE = 60_000;

type Received = {
  method: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
  answer: (status: number) => void;
};

async function setUp(t: TestContext, options: { tls?: boolean; hold?: boolean } = {}) {
  const clock = createManualClock(NOON);
  const cloud = await startLocalCloud({ clock });
  t.after(cloud.close);
  const received: Received[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = (code: number) => void response.writeHead(code).end('done');
    received.push({
      method: request.method,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
      answer,
    });
    if (!options.hold) answer(200);
    target.emit('received');
  };
  const target = options.tls
    ? createTlsServer(await cloud.authority.issue(['localhost']), handle)
    : createServer(handle);
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  t.after(() => {
    target.closeAllConnections();
    target.close();
  });
  const { port } = target.address() as AddressInfo;
  const origin = options.tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;

  const separator = cloud.schedulerAddress.lastIndexOf(':');
  const client = new CloudSchedulerClient({
    apiEndpoint: cloud.schedulerAddress.slice(0, separator),
    port: Number(cloud.schedulerAddress.slice(separator + 1)),
    sslCreds: credentials.createInsecure(),
    // Without it the library looks for a metadata server in the network.
    authClient: new PassThroughClient(),
    projectId: cloud.projectId,
  });
  t.after(() => client.close());
  const parent = client.locationPath(cloud.projectId, cloud.region);
  const name = client.jobPath(cloud.projectId, cloud.region, 'load');
  const job = {
    name,
    schedule: '* * * * *',
    httpTarget: { uri: `${origin}/run?x=1`, body: Buffer.from('{"requests":3}') },
  };
  const waitForRequests = async (count: number) => {
    while (received.length < count) await once(target, 'received');
    return received[count - 1] ?? assert.fail('no request');
  };
  const waitForAttempts = async (count: number) => {
    while (cloud.scheduler.attempts().length < count) {
      const { promise, resolve } = Promise.withResolvers<Attempt>();
      const stop = cloud.scheduler.onAttempt(resolve);
      await promise;
      stop();
    }
    return cloud.scheduler.attempts();
  };
  return {
    cloud,
    client,
    parent,
    name,
    job,
    origin,
    moveTo: (timeMs: number) => clock.advance(timeMs - clock.epochMs()),
    received,
    waitForRequests,
    waitForAttempts,
  };
}

suite('Cloud Scheduler, by the real client', () => {
  test('creates a job with the defaults of the real service, and gives it back', async (t) => {
    const { client, parent, name, job } = await setUp(t);
    const [created] = await client.createJob({ parent, job });
    assert.equal(created.state, 'ENABLED');
    assert.equal(created.timeZone, 'Etc/UTC');
    assert.equal(created.httpTarget?.httpMethod, 'POST');
    assert.equal(String(created.attemptDeadline?.seconds), '180');
    assert.equal(created.retryConfig?.maxDoublings, 5);
    assert.equal(Number(created.scheduleTime?.seconds) * 1000, NOON + MINUTE);
    const [got] = await client.getJob({ name });
    assert.deepEqual(got, created);
    assert.deepEqual(
      (await client.listJobs({ parent }))[0].map((listed) => listed.name),
      [name],
    );
    await client.deleteJob({ name });
    await assert.rejects(client.getJob({ name }), { code: status.NOT_FOUND });
  });

  test('fires each minute with the scheduled time, and never two runs at once', async (t) => {
    const { client, parent, job, moveTo, received, waitForRequests, waitForAttempts } = await setUp(
      t,
      { hold: true },
    );
    await client.createJob({ parent, job });
    moveTo(NOON + MINUTE);
    const first = await waitForRequests(1);
    assert.equal(first.headers['x-cloudscheduler'], 'true');
    assert.equal(first.headers['x-cloudscheduler-jobname'], 'load');
    assert.equal(first.headers['x-cloudscheduler-scheduletime'], '2026-03-02T12:01:00.000Z');
    assert.equal(first.headers['user-agent'], 'Google-Cloud-Scheduler');
    assert.equal(first.headers['content-type'], 'application/octet-stream');
    assert.equal(first.headers.authorization, undefined);
    assert.equal(first.method, 'POST');
    assert.equal(first.body, '{"requests":3}');
    moveTo(NOON + 2 * MINUTE);
    moveTo(NOON + 3 * MINUTE + 1);
    await new Promise(setImmediate);
    assert.equal(received.length, 1, 'the second waits for the first');
    first.answer(200);
    const second = await waitForRequests(2);
    assert.equal(second.headers['x-cloudscheduler-scheduletime'], '2026-03-02T12:03:00.000Z');
    second.answer(500);
    assert.deepEqual(
      (await waitForAttempts(2)).map(({ code, httpStatus, answer }) => [code, httpStatus, answer]),
      [
        ['OK', 200, undefined],
        ['INTERNAL', 500, 'done'],
      ],
    );
    const [after] = await client.getJob({ name: job.name });
    assert.equal(after.status?.code, status.INTERNAL);
    assert.equal(Number(after.lastAttemptTime?.seconds) * 1000, NOON + 3 * MINUTE);
  });

  test('runs by force at once, also while paused and while another run lasts', async (t) => {
    const { client, parent, name, job, moveTo, received, waitForRequests } = await setUp(t, {
      hold: true,
    });
    await client.createJob({ parent, job });
    const [paused] = await client.pauseJob({ name });
    assert.equal(paused.state, 'PAUSED');
    moveTo(NOON + 5 * MINUTE);
    await client.getJob({ name });
    assert.equal(received.length, 0, 'a paused job does not follow its schedule');
    await client.runJob({ name });
    await client.runJob({ name });
    await waitForRequests(2);
    for (const { answer } of received) answer(200);
    await assert.rejects(client.pauseJob({ name }), { code: status.FAILED_PRECONDITION });
    const [resumed] = await client.resumeJob({ name });
    assert.equal(Number(resumed.scheduleTime?.seconds) * 1000, NOON + 6 * MINUTE);
    moveTo(NOON + 6 * MINUTE);
    await waitForRequests(3);
  });

  test('follows a changed schedule, and a deleted job no more', async (t) => {
    const { cloud, client, parent, name, job, moveTo, received, waitForRequests } = await setUp(t);
    await client.createJob({ parent, job });
    const [updated] = await client.updateJob({
      job: { name, schedule: '30 * * * *' },
      updateMask: { paths: ['schedule'] },
    });
    assert.equal(Number(updated.scheduleTime?.seconds) * 1000, NOON + 30 * MINUTE);
    moveTo(NOON + 29 * MINUTE);
    await client.getJob({ name });
    assert.equal(received.length, 0);
    moveTo(NOON + 30 * MINUTE);
    await waitForRequests(1);
    await client.deleteJob({ name });
    moveTo(NOON + 90 * MINUTE);
    await client.listJobs({ parent });
    assert.equal(received.length, 1);
    assert.deepEqual(cloud.scheduler.jobs(), []);
  });

  test('pages a list of jobs', async (t) => {
    const { client, parent, name, job } = await setUp(t);
    const names = ['1', '2', '3'].map((number) => `${name}-${number}`);
    for (const own of names) await client.createJob({ parent, job: { ...job, name: own } });
    const seen: (string | null | undefined)[][] = [];
    let pageToken = '';
    do {
      const [jobs, , answer] = await client.listJobs(
        { parent, pageSize: 2, pageToken },
        { autoPaginate: false },
      );
      seen.push(jobs.map((one) => one.name));
      pageToken = answer?.nextPageToken ?? '';
    } while (pageToken !== '');
    assert.deepEqual(seen, [names.slice(0, 2), names.slice(2)]);
  });

  test('sends the headers of the job, without those that are not the job’s to set', async (t) => {
    const { client, parent, name, job, waitForRequests } = await setUp(t);
    const headers = {
      'X-Mine': 'kept',
      'User-Agent': 'mine',
      'X-CloudScheduler-ScheduleTime': '2000-01-01T00:00:00Z',
      'X-CloudScheduler-Mine': 'x',
      'X-Google-Mine': 'x',
    };
    await client.createJob({ parent, job: { ...job, httpTarget: { ...job.httpTarget, headers } } });
    await client.runJob({ name });
    const received = (await waitForRequests(1)).headers;
    assert.equal(received['x-mine'], 'kept');
    assert.equal(received['user-agent'], 'mine Google-Cloud-Scheduler');
    assert.equal(received['x-cloudscheduler-scheduletime'], '2026-03-02T12:00:00.000Z');
    assert.equal(received['x-cloudscheduler-mine'], undefined);
    assert.equal(received['x-google-mine'], undefined);
  });

  test('sends an ID token of the account, for the audience or the complete URI', async (t) => {
    const { cloud, client, parent, name, job, origin, waitForRequests } = await setUp(t, {
      tls: true,
    });
    const email = cloud.serviceAccount('scheduler');
    const withToken = (audience?: string) => ({
      ...job.httpTarget,
      oidcToken: { serviceAccountEmail: email, ...(audience && { audience }) },
    });
    await client.createJob({ parent, job: { ...job, httpTarget: withToken() } });
    await client.runJob({ name });
    const bearer = (headers: IncomingMessage['headers']) =>
      headers.authorization?.replace('Bearer ', '') ?? '';
    const byDefault = bearer((await waitForRequests(1)).headers);
    assert.deepEqual(await cloud.tokens.verifyIdToken(byDefault, `${origin}/run?x=1`), { email });
    await client.updateJob({
      job: { name, httpTarget: withToken('https://loadgen.example') },
      updateMask: { paths: ['http_target.oidc_token'] },
    });
    await client.runJob({ name });
    const second = await waitForRequests(2);
    assert.equal(second.body, '{"requests":3}', 'what the mask does not name stays');
    await cloud.tokens.verifyIdToken(bearer(second.headers), 'https://loadgen.example');
  });

  test('retries with backoff, until the next scheduled start', async (t) => {
    const { client, parent, job, moveTo, waitForRequests, waitForAttempts } = await setUp(t, {
      hold: true,
    });
    await client.createJob({
      parent,
      job: {
        ...job,
        schedule: '*/10 * * * *',
        retryConfig: { retryCount: 5, minBackoffDuration: { seconds: 100 }, maxDoublings: 1 },
      },
    });
    const at = (seconds: number) => NOON + 10 * MINUTE + seconds * 1000;
    moveTo(at(0));
    for (const [index, seconds] of [100, 300, 700].entries()) {
      (await waitForRequests(index + 1)).answer(503);
      await waitForAttempts(index + 1);
      await new Promise(setImmediate);
      moveTo(at(seconds));
    }
    const fourth = await waitForRequests(4);
    assert.equal(fourth.headers['x-cloudscheduler-scheduletime'], '2026-03-02T12:20:00.000Z');
    fourth.answer(200);
    assert.deepEqual(
      (await waitForAttempts(4)).map(({ number, code }) => [number, code]),
      [
        [1, 'UNAVAILABLE'],
        [2, 'UNAVAILABLE'],
        [3, 'UNAVAILABLE'],
        [1, 'OK'],
      ],
    );
  });

  test('waits for its time, however far that is', async (t) => {
    const { client, parent, job, moveTo, waitForAttempts } = await setUp(t);
    await client.createJob({ parent, job: { ...job, schedule: '0 9 1 * *' } });
    const due = Date.parse('2026-04-01T09:00:00Z');
    moveTo(due);
    const [attempt] = await waitForAttempts(1);
    assert.deepEqual([attempt?.scheduledMs, attempt?.startedMs], [due, due]);
  });

  test('uses the time zone of the schedule, across the change of summer time', async (t) => {
    const { client, parent, job, moveTo } = await setUp(t);
    moveTo(Date.parse('2026-03-28T12:00:00Z'));
    const [created] = await client.createJob({
      parent,
      job: { ...job, schedule: '0 9 * * *', timeZone: 'Europe/Zurich' },
    });
    assert.equal(
      Number(created.scheduleTime?.seconds) * 1000,
      Date.parse('2026-03-29T07:00:00Z'),
      '9:00 in summer is 7:00 UTC; the day before it was 8:00',
    );
  });

  test('says which field of a job is wrong', async (t) => {
    const { client, parent, job } = await setUp(t);
    const target = job.httpTarget;
    const cases: [string, protos.google.cloud.scheduler.v1.IJob, RegExp][] = [
      ['a bad cron', { schedule: '61 * * * *' }, /Schedule or time zone is invalid/],
      ['seconds', { schedule: '* * * * * *' }, /five fields/],
      ['no unix-cron', { schedule: '@daily' }, /Schedule or time zone is invalid/],
      ['a bad time zone', { timeZone: 'Mars/Olympus' }, /Schedule or time zone is invalid/],
      ['no target', { httpTarget: null }, /http_target is required/],
      ['a bad URI', { httpTarget: { uri: 'ftp://x' } }, /http_target\.uri: "ftp:\/\/x"/],
      ['a body on GET', { httpTarget: { ...target, httpMethod: 'GET' } }, /has no body/],
      ['a short deadline', { attemptDeadline: { seconds: 14 } }, /15s to 1800s/],
      ['too many retries', { retryConfig: { retryCount: 6 } }, /allowed: 0 to 5/],
      [
        'an account that is none',
        { httpTarget: { ...target, oidcToken: { serviceAccountEmail: 'me@example.com' } } },
        /is not a service account/,
      ],
    ];
    for (const [what, change, message] of cases) {
      await assert.rejects(
        client.createJob({ parent, job: { ...job, ...change } }),
        (error: { code: number; message: string }) =>
          error.code === status.INVALID_ARGUMENT && message.test(error.message),
        what,
      );
    }
    await client.createJob({ parent, job });
    await assert.rejects(client.createJob({ parent, job }), { code: status.ALREADY_EXISTS });
    const elsewhere = parent.replace('shakesapp-local', 'not-ours');
    await assert.rejects(client.listJobs({ parent: elsewhere }), {
      code: status.PERMISSION_DENIED,
    });
  });

  test('marks a target that does not answer in time DEADLINE_EXCEEDED', async (t) => {
    const { client, parent, name, job, waitForAttempts } = await setUp(t, { hold: true });
    // The deadline itself runs on the machine's clock: here only the cut is looked at.
    t.mock.method(AbortSignal, 'timeout', () => AbortSignal.abort(new Error('deadline')));
    await client.createJob({ parent, job });
    await client.runJob({ name });
    const [attempt] = await waitForAttempts(1);
    assert.equal(attempt?.code, 'DEADLINE_EXCEEDED');
    assert.equal(attempt?.error, 'no answer within 180 s');
  });
});
