import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { CloudSchedulerClient } from '@google-cloud/scheduler';
import { credentials } from '@grpc/grpc-js';
import { createJobControl, type JobControl } from '../../../tools/google/job.ts';
import { explainJobError } from '../../../tools/google/job-errors.ts';
import type { Target } from '../../../tools/google/target.ts';
import { type LocalCloud, startLocalCloud } from '../../../tools/local/cloud/local-cloud.ts';

let cloud: LocalCloud;
let job: JobControl;
let target: Target;
const bodies: unknown[] = [];
const loadgen = http.createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  bodies.push(JSON.parse(Buffer.concat(chunks).toString()));
  response.end('{}');
});

before(async () => {
  cloud = await startLocalCloud();
  loadgen.listen(0, '127.0.0.1');
  await once(loadgen, 'listening');
  const { projectId, region, schedulerAddress, traceReadOrigin } = cloud;
  const jobName = `projects/${projectId}/locations/${region}/jobs/load`;
  target = { projectId, region, jobName, local: { schedulerAddress, traceReadOrigin } };
  const client = new CloudSchedulerClient({
    apiEndpoint: 'localhost',
    port: Number(schedulerAddress.split(':')[1]),
    sslCreds: credentials.createInsecure(),
    projectId,
  });
  await client.createJob({
    parent: `projects/${projectId}/locations/${region}`,
    job: {
      name: jobName,
      schedule: '0 0 1 1 *',
      timeZone: 'Etc/UTC',
      httpTarget: {
        uri: `http://127.0.0.1:${(loadgen.address() as AddressInfo).port}/`,
        httpMethod: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: Buffer.from('{"requests":20,"maxInFlight":7}'),
        oidcToken: {
          serviceAccountEmail: 'scheduler@shakesapp-local.iam.gserviceaccount.com',
          audience: 'https://loadgen.example',
        },
      },
    },
  });
  await client.close();
  job = createJobControl(target);
});
afterEach(() => cloud.faults.clear());
after(async () => {
  await job.close();
  loadgen.closeAllConnections();
  loadgen.close();
  await cloud.close();
});

describe('createJobControl, against the local Cloud Scheduler', () => {
  it('reads a job with what its run takes, defaults filled in', async () => {
    const view = await job.read();
    assert.equal(view.state, 'ENABLED');
    assert.equal(view.schedule, '0 0 1 1 *');
    assert.deepEqual([view.requests, view.intervalMs], [20, 2000]);
    assert.equal(view.attemptDeadlineMs, 180_000);
    assert.equal(view.lastAttemptMs, undefined);
    assert.ok(view.nextRunMs);
  });

  it('names a figure in the body that loadgen would refuse', async () => {
    const { schedulerAddress, projectId, region } = cloud;
    const client = new CloudSchedulerClient({
      apiEndpoint: 'localhost',
      port: Number(schedulerAddress.split(':')[1]),
      sslCreds: credentials.createInsecure(),
      projectId,
    });
    const parent = `projects/${projectId}/locations/${region}`;
    const name = `${parent}/jobs/wrong`;
    const httpTarget = { uri: 'https://loadgen.example/', body: Buffer.from('{"requests":"5"}') };
    await client.createJob({
      parent,
      job: { name, schedule: '0 0 1 1 *', timeZone: 'Etc/UTC', httpTarget },
    });
    await client.close();
    const wrong = createJobControl({ ...target, jobName: name });
    await assert.rejects(
      wrong.read(),
      /requests in the job's body is "5"; allowed: a whole number from 1 to 1000/,
    );
    await wrong.close();
  });

  it('runs it now, and then knows of the attempt', async () => {
    const attempted = new Promise((resolve) => cloud.scheduler.onAttempt(resolve));
    await job.run();
    await attempted;
    assert.deepEqual(bodies, [{ requests: 20, maxInFlight: 7 }]);
    const { lastAttemptMs, lastStatusCode } = await job.read();
    assert.ok(lastAttemptMs);
    assert.equal(lastStatusCode, 0);
  });

  it('pauses and resumes its schedule', async () => {
    const paused = await job.pause();
    assert.deepEqual([paused.state, paused.nextRunMs], ['PAUSED', undefined]);
    assert.equal((await job.resume()).state, 'ENABLED');
  });

  it('sets what it is told and leaves the rest: target, token, other fields of the body', async () => {
    const view = await job.set({ requests: 5, intervalMs: 100 });
    assert.deepEqual(view.body, { requests: 5, maxInFlight: 7, intervalMs: 100 });
    assert.equal(view.schedule, '0 0 1 1 *');
    bodies.length = 0;
    const attempted = new Promise((resolve) => cloud.scheduler.onAttempt(resolve));
    await job.run();
    await attempted;
    assert.deepEqual(bodies, [view.body]);
    assert.equal((await job.set({ schedule: '*/7 * * * *' })).schedule, '*/7 * * * *');
  });

  it('refuses a run that loadgen would refuse, with the arithmetic', async () => {
    assert.equal((await job.set({ requests: 71, intervalMs: 2000 })).requests, 71);
    await assert.rejects(job.set({ requests: 72 }), {
      name: 'UsageError',
      message: /\(72 - 1\) × 2000 ms = 142 s.* loadgen's longest run of 170 s/,
    });
    assert.equal((await job.read()).requests, 71);
  });

  it('passes on what the service says of a schedule that it refuses, as bad usage', async () => {
    await assert.rejects(job.set({ schedule: '61 * * * *' }), {
      name: 'UsageError',
      message: /Cloud Scheduler refuses it: .*61/,
    });
  });

  it('says of a missing job how to deploy it or start the local one', async () => {
    const missing = createJobControl({ ...target, jobName: `${target.jobName}-not` });
    await assert.rejects(
      missing.read(),
      /no job .*load-not in the local system\n {2}fix: npm start\n/,
    );
    await missing.close();
  });

  it('says of a missing permission which role to grant', async () => {
    cloud.faults.inject({ service: 'scheduler', error: 'PERMISSION_DENIED' });
    await assert.rejects(
      job.pause(),
      /permission denied to control .*roles\/cloudscheduler\.admin/s,
    );
  });

  it('says of a service that does not answer what to check, within its deadline', async () => {
    const local = { schedulerAddress: 'localhost:1', traceReadOrigin: '' };
    // Refused or late, it is not there: the words are the same.
    const gone = createJobControl({ ...target, local }, 300);
    await assert.rejects(gone.read(), /local Cloud Scheduler at localhost:1 does not answer/);
    await gone.close();
  });
});

describe('explainJobError, of the real Cloud Scheduler', () => {
  const real = { projectId: 'p', region: 'r', jobName: 'projects/p/locations/r/jobs/j' };
  const cases: { name: string; error: object; message: RegExp }[] = [
    {
      name: 'a missing job',
      error: { code: 5, details: 'Job not found.' },
      message:
        /gcloud scheduler jobs list --project p --location r\n.*fix: terraform -chdir=terraform output -raw what_next {3}# .*: terraform -chdir=terraform apply -var project_id=p -var region=r\n/,
    },
    {
      name: 'a missing permission',
      error: { code: 7, details: 'The caller does not have permission' },
      message:
        /add-iam-policy-binding p --condition None --member "user:\$\(gcloud config get account\)" --role roles\/cloudscheduler\.admin/,
    },
    {
      name: 'an API that is not enabled',
      error: { code: 7, message: 'Cloud Scheduler API has not been used in project 1 before' },
      message: /gcloud services enable cloudscheduler\.googleapis\.com --project p/,
    },
    {
      name: 'credentials without a quota project',
      error: {
        code: 7,
        message:
          '7 PERMISSION_DENIED: Your application is authenticating by using local Application Default Credentials. The cloudscheduler.googleapis.com API requires a quota project, which is not set by default.',
      },
      message:
        /^your credentials name no quota project\n {2}fix: gcloud auth application-default set-quota-project p\n/,
    },
    {
      name: 'no credentials',
      error: { message: 'Could not load the default credentials.' },
      message: /gcloud auth application-default login/,
    },
    {
      name: 'credentials that are not accepted',
      error: { code: 16 },
      message: /gcloud auth application-default login/,
    },
    {
      name: 'no network',
      error: { code: 14, details: 'Name resolution failed' },
      message: /does not answer; check the network/,
    },
    { name: 'a missed deadline', error: { code: 4 }, message: /does not answer/ },
    { name: 'anything else', error: { code: 13, details: 'oops' }, message: /failed for .*oops/s },
  ];
  for (const { name, error, message } of cases) {
    it(`says of ${name} what to do, and keeps the cause`, () => {
      const thrown = Object.assign(new Error('message' in error ? `${error.message}` : ''), error);
      const explained = explainJobError(thrown, real);
      assert.match(explained.message, message);
      assert.equal(explained.cause, thrown);
    });
  }
});
