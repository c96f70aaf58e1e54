import { CloudSchedulerClient, type protos } from '@google-cloud/scheduler';
import { credentials } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';
import { type LoadRequestBody, loadRequestSchema } from '../../functions/loadgen/contract.ts';
import { explainJobError } from './job-errors.ts';
import { checkRunLength } from './run-length.ts';
import type { Target } from './target.ts';

type WireJob = protos.google.cloud.scheduler.v1.IJob;
type Timestamp = protos.google.protobuf.ITimestamp;

/** A job as a person sees it. */
export type JobView = Readonly<{
  name: string;
  state: string;
  schedule: string;
  timeZone: string;
  body: LoadRequestBody;
  requests: number;
  intervalMs: number;
  attemptDeadlineMs: number;
  lastAttemptMs?: number;
  /** How the last attempt ended: 0 is good, else a gRPC code. */
  lastStatusCode?: number;
  nextRunMs?: number;
}>;

/** What to change; absent fields stay as they are. */
export type Changes = Readonly<{ requests?: number; intervalMs?: number; schedule?: string }>;

export type JobControl = Readonly<{
  read(): Promise<JobView>;
  run(): Promise<JobView>;
  pause(): Promise<JobView>;
  resume(): Promise<JobView>;
  set(changes: Changes): Promise<JobView>;
  close(): Promise<void>;
}>;

const DEADLINE_MS = 10_000;

/** The defaults that loadgen fills in, for a job whose body leaves fields out. */
const LOAD_DEFAULTS = loadRequestSchema.parse({});

/** One Cloud Scheduler job through Google's client; errors say what to do about them. */
export function createJobControl(target: Target, timeoutMs = DEADLINE_MS): JobControl {
  const { jobName: name, projectId } = target;
  const client = createClient(target);
  const options = { timeout: timeoutMs };
  let called = false;
  const call = async (work: () => Promise<[WireJob, ...unknown[]]>): Promise<WireJob> => {
    try {
      // First by itself: without credentials the client's own preparations, one for each method,
      // reject with nobody listening, and that would end the process.
      if (!target.local) await client.auth.getClient();
      called = true;
      return (await work())[0];
    } catch (error) {
      throw explainJobError(error, target);
    }
  };
  const get = () => call(() => client.getJob({ name }, options));
  return {
    read: async () => viewOf(await get()),
    run: async () => viewOf(await call(() => client.runJob({ name }, options))),
    pause: async () => viewOf(await call(() => client.pauseJob({ name }, options))),
    resume: async () => viewOf(await call(() => client.resumeJob({ name }, options))),
    async set(changes) {
      const job = await get();
      const { schedule, ...load } = changes;
      const { body: before, attemptDeadlineMs } = viewOf(job);
      const body = { ...before, ...load };
      if (Object.keys(load).length > 0) {
        checkRunLength(loadOf(body), { attemptDeadlineMs, local: target.local !== undefined });
      }
      const httpTarget = { ...job.httpTarget, body: Buffer.from(JSON.stringify(body)) };
      const update = {
        job: { name, httpTarget, ...(schedule !== undefined && { schedule }) },
        updateMask: { paths: ['http_target', ...(schedule === undefined ? [] : ['schedule'])] },
      };
      return viewOf(await call(() => client.updateJob(update, options)));
    },
    async close() {
      if (called) await client.close();
    },
  };

  function createClient({ local }: Target): CloudSchedulerClient {
    if (!local) return new CloudSchedulerClient({ projectId });
    const [, host, port] = /^(.+):(\d+)$/.exec(local.schedulerAddress) ?? [];
    return new CloudSchedulerClient({
      apiEndpoint: host ?? '',
      port: Number(port),
      sslCreds: credentials.createInsecure(),
      // Without it the library looks for a metadata server, although nothing asks for credentials.
      authClient: new PassThroughClient(),
      projectId,
    });
  }
}

function viewOf(job: WireJob): JobView {
  const body = parseBody(job.httpTarget?.body);
  const { requests, intervalMs } = loadOf(body);
  const [lastAttemptMs, nextRunMs] = [timeOf(job.lastAttemptTime), timeOf(job.scheduleTime)];
  return {
    name: job.name ?? '',
    state: String(job.state ?? 'STATE_UNSPECIFIED'),
    schedule: job.schedule ?? '',
    timeZone: job.timeZone ?? '',
    body,
    requests,
    intervalMs,
    attemptDeadlineMs: timeOf(job.attemptDeadline) ?? 180_000,
    ...(lastAttemptMs !== undefined && { lastAttemptMs }),
    ...(lastAttemptMs !== undefined && { lastStatusCode: job.status?.code ?? 0 }),
    ...(nextRunMs !== undefined && { nextRunMs }),
  };
}

function loadOf(body: LoadRequestBody): { requests: number; intervalMs: number } {
  const { requests = LOAD_DEFAULTS.requests, intervalMs = LOAD_DEFAULTS.intervalMs } = body;
  return { requests, intervalMs };
}

/** The fields of a body that the figures of a job are worked out from. */
const FIGURES = ['requests', 'intervalMs'] as const;

function parseBody(body: unknown): LoadRequestBody {
  const value = parseObject(body);
  for (const field of FIGURES) {
    const result = loadRequestSchema.shape[field].safeParse(value[field]);
    if (result.success) continue;
    const allowed = result.error.issues[0]?.message;
    const found = JSON.stringify(value[field]).slice(0, 100);
    throw new Error(`${field} in the job's body is ${found}; allowed: ${allowed}`);
  }
  return value;
}

function parseObject(body: unknown): LoadRequestBody {
  const text = body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : String(body ?? '');
  try {
    const value: unknown = text === '' ? {} : JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (cause) {
    throw new Error(`the job's body is not JSON: ${text.slice(0, 100)}`, { cause });
  }
  throw new Error(`the job's body is not a JSON object: ${text.slice(0, 100)}`);
}

function timeOf(time: Timestamp | null | undefined): number | undefined {
  if (!time) return undefined;
  const ms = Number(time.seconds ?? 0) * 1000 + (time.nanos ?? 0) / 1e6;
  return ms > 0 ? ms : undefined;
}
