import { CloudSchedulerClient } from '@google-cloud/scheduler';
import { credentials } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';
import type { LoadRequestBody } from '../../functions/loadgen/contract.ts';
import { RUN_DEADLINE_MS } from './platforms/knobs.ts';

export type SchedulerJob = Readonly<{
  /** projects/P/locations/R/jobs/J */
  name: string;
  /** Changes the body of the job, then forces one attempt now. Returns when it was accepted. */
  run(body: LoadRequestBody): Promise<void>;
  close(): Promise<void>;
}>;

const DEADLINE = { timeout: 10_000 };

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
}): Promise<SchedulerJob> {
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
        attemptDeadline: { seconds: RUN_DEADLINE_MS / 1000 },
        retryConfig: { retryCount: 0 },
        httpTarget: target(options.body),
      },
    },
    DEADLINE,
  );
  return {
    name,
    async run(body) {
      await client.updateJob(
        {
          job: { name, httpTarget: target(body) },
          updateMask: { paths: ['http_target'] },
        },
        DEADLINE,
      );
      await client.runJob({ name }, DEADLINE);
    },
    close: () => client.close(),
  };
}
