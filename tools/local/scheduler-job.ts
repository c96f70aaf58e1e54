import { CloudSchedulerClient } from '@google-cloud/scheduler';
import { credentials } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';
import type { LoadRequestBody } from '../../functions/loadgen/contract.ts';
import { runDeadlineMs } from './platforms/deadlines.ts';

export type SchedulerJob = Readonly<{
  /** projects/P/locations/R/jobs/J */
  name: string;
  /** Changes the body of the job, then forces one attempt now. Returns when it was accepted. */
  run(body: LoadRequestBody): Promise<void>;
  close(): Promise<void>;
}>;

/** Of one call of the API. */
const DEADLINE_MS = 10_000;

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
  await client.createJob(
    {
      parent,
      job: {
        name,
        schedule: options.schedule,
        timeZone: 'Etc/UTC',
        attemptDeadline: { seconds: runDeadlineMs(slowness()) / 1000 },
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
          job: {
            name,
            httpTarget: target(body),
            attemptDeadline: { seconds: runDeadlineMs(slowness()) / 1000 },
          },
          updateMask: { paths: ['http_target', 'attempt_deadline'] },
        },
        deadline(),
      );
      await client.runJob({ name }, deadline());
    },
    close: () => client.close(),
  };
}
