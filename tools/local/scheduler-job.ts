import { Client, credentials, Metadata } from '@grpc/grpc-js';
import type { LoadRequestBody } from '../../functions/loadgen/contract.ts';
import type { LocalCloud } from './cloud/local-cloud.ts';
import { loadSchedulerService } from './cloud/protos.ts';
import { runDeadlineMs } from './platforms/deadlines.ts';
import type { Platform } from './platforms/platform.ts';
import type { Slowness } from './slowness.ts';

export type SchedulerJob = Readonly<{
  /** projects/P/locations/R/jobs/J */
  name: string;
  /** Changes the body of the job, then forces one attempt now. Returns when it was accepted. */
  run(body: LoadRequestBody): Promise<void>;
  close(): void;
}>;

/** Of one call of the API. */
const DEADLINE_MS = 10_000;

/** Cloud Scheduler's shortest period, and the CronJob's. */
const EVERY_MINUTE = '* * * * *';
/** New Year's midnight: a job that only runs by hand. */
const BY_HAND = '0 0 1 1 *';

/** The job that fires Cloud Run's loadgen, every minute or by hand. */
export function createLoadJob(
  cloud: LocalCloud,
  cloudRun: Platform,
  setup: { byHand: boolean; body: LoadRequestBody; slowness: Pick<Slowness, 'factor'> },
): Promise<SchedulerJob> {
  const { loadgenAudience, schedulerServiceAccount } = cloudRun;
  if (loadgenAudience === undefined || schedulerServiceAccount === undefined) {
    throw new Error('the Cloud Run stand-in does not name the audience and the invoker of loadgen');
  }
  return createSchedulerJob({
    address: cloud.schedulerAddress,
    projectId: cloud.projectId,
    region: cloud.region,
    uri: cloudRun.loadgenUrl,
    audience: loadgenAudience,
    serviceAccountEmail: schedulerServiceAccount,
    body: setup.body,
    schedule: setup.byHand ? BY_HAND : EVERY_MINUTE,
    slowness: setup.slowness.factor,
  });
}

/**
 * Creates the job that fires loadgen every minute: what Terraform does on Google Cloud. Without
 * Google's client library, whose loading a start would wait for; `load` uses it.
 */
export async function createSchedulerJob(options: {
  address: string;
  projectId: string;
  region: string;
  uri: string;
  audience: string;
  serviceAccountEmail: string;
  body: LoadRequestBody;
  /** Unix cron, in UTC. */
  schedule: string;
  /** How many times as long deadlines are; 1 where absent. */
  slowness?: () => number;
}): Promise<SchedulerJob> {
  const { slowness = () => 1 } = options;
  const client = new Client(options.address, credentials.createInsecure());
  const call = (method: string, request: object) =>
    callUnary(client, method, request, DEADLINE_MS * slowness());
  const parent = `projects/${options.projectId}/locations/${options.region}`;
  const name = `${parent}/jobs/shakesapp-load`;
  const target = (body: LoadRequestBody) => ({
    uri: options.uri,
    httpMethod: 'POST' as const,
    headers: { 'Content-Type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
    oidcToken: {
      serviceAccountEmail: options.serviceAccountEmail,
      audience: options.audience,
    },
  });
  const attemptDeadline = () => ({ seconds: runDeadlineMs(slowness()) / 1000 });
  await call('CreateJob', {
    parent,
    job: {
      name,
      schedule: options.schedule,
      timeZone: 'Etc/UTC',
      attemptDeadline: attemptDeadline(),
      retryConfig: { retryCount: 0 },
      httpTarget: target(options.body),
    },
  });
  return {
    name,
    async run(body) {
      await call('UpdateJob', {
        job: { name, httpTarget: target(body), attemptDeadline: attemptDeadline() },
        updateMask: { paths: ['http_target', 'attempt_deadline'] },
      });
      await call('RunJob', { name });
    },
    close: () => client.close(),
  };
}

function callUnary(
  client: Client,
  method: string,
  request: object,
  timeoutMs: number,
): Promise<unknown> {
  const definition = loadSchedulerService()[method];
  if (!definition) throw new Error(`Cloud Scheduler has no method ${method}`);
  const { path, requestSerialize, responseDeserialize } = definition;
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  client.makeUnaryRequest(
    path,
    requestSerialize,
    responseDeserialize,
    request,
    new Metadata(),
    { deadline: Date.now() + timeoutMs },
    (error, response) => (error ? reject(error) : resolve(response)),
  );
  return promise;
}
