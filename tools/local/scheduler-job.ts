import { credentials } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';
import type { LoadRequestBody } from '../../functions/loadgen/contract.ts';
import type { LocalCloud } from './cloud/local-cloud.ts';
import { runDeadlineMs } from './platforms/deadlines.ts';
import type { Platform } from './platforms/platform.ts';
import type { Slowness } from './slowness.ts';

export type SchedulerJob = Readonly<{
  /** projects/P/locations/R/jobs/J */
  name: string;
  /** Changes the body of the job, then forces one attempt now. Returns when it was accepted. */
  run(body: LoadRequestBody): Promise<void>;
  close(): Promise<void>;
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

/** Google's client library, which takes longer to load than its calls take. */
export const loadSchedulerLibrary = () => import('@google-cloud/scheduler');

/**
 * Creates the job that fires loadgen every minute, through the real client library: what Terraform
 * does on Google Cloud.
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
  const { CloudSchedulerClient } = await loadSchedulerLibrary();
  const deadline = () => ({ timeout: DEADLINE_MS * slowness() });
  const separator = options.address.lastIndexOf(':');
  const client = new CloudSchedulerClient({
    apiEndpoint: options.address.slice(0, separator),
    port: Number(options.address.slice(separator + 1)),
    sslCreds: credentials.createInsecure(),
    // Without it the library looks for a metadata server, although nothing asks for credentials.
    authClient: new PassThroughClient(),
    projectId: options.projectId,
  });
  const parent = client.locationPath(options.projectId, options.region);
  const name = client.jobPath(options.projectId, options.region, 'shakesapp-load');
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
  await client.createJob(
    {
      parent,
      job: {
        name,
        schedule: options.schedule,
        timeZone: 'Etc/UTC',
        attemptDeadline: attemptDeadline(),
        retryConfig: { retryCount: 0 },
        httpTarget: target(options.body),
      },
    },
    deadline(),
  );
  return {
    name,
    async run(body) {
      await client.updateJob(
        {
          job: { name, httpTarget: target(body), attemptDeadline: attemptDeadline() },
          updateMask: { paths: ['http_target', 'attempt_deadline'] },
        },
        deadline(),
      );
      await client.runJob({ name }, deadline());
    },
    close: () => client.close(),
  };
}
