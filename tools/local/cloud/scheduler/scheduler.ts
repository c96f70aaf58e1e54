import type { Clock } from '../../../../lib/clock.ts';
import type { Faults } from '../faults.ts';
import { GoogleError } from '../google-status.ts';
import { startGrpcService, type UnaryMethod } from '../grpc-service.ts';
import type { Authority } from '../identity/certificates.ts';
import type { TokenIssuer } from '../identity/tokens.ts';
import { loadSchedulerService } from '../protos.ts';
import { sendAttempt } from './attempt.ts';
import { mergeJob, parseJob, type WireJob } from './job.ts';
import { type Attempt, createAttemptLog, createJobRunner } from './runner.ts';
import {
  asView,
  asWire,
  type JobState,
  type JobView,
  type ScheduledJob,
  withDefaults,
} from './scheduled-job.ts';

export type SchedulerService = Readonly<{
  port: number;
  jobs(): JobView[];
  /** Of one job or of all, oldest first; the last 1,000. */
  attempts(job?: string): Attempt[];
  onAttempt(listener: (attempt: Attempt) => void): () => void;
  close(): Promise<void>;
}>;

const MAX_PAGE = 500;

/**
 * google.cloud.scheduler.v1.CloudScheduler with HTTP targets and OIDC tokens, in plain text: clients
 * set `sslCreds`. Callers need no credentials, because these do not travel over plain text.
 */
export async function startScheduler(options: {
  projectId: string;
  projectNumber: string;
  region: string;
  tokens: TokenIssuer;
  authority: Authority;
  faults?: Faults;
  clock: Clock;
}): Promise<SchedulerService> {
  const { tokens, authority, faults, clock } = options;
  const entries = new Map<string, ScheduledJob>();
  const attempts = createAttemptLog();

  const checkParent = (parent: string): void => {
    const [, project, location] = /^projects\/([^/]+)\/locations\/([^/]+)$/.exec(parent) ?? [];
    if (project === undefined || location === undefined) {
      throw invalid(`${JSON.stringify(parent)} is not projects/PROJECT_ID/locations/LOCATION_ID`);
    }
    if (project !== options.projectId && project !== options.projectNumber) {
      throw new GoogleError('PERMISSION_DENIED', 'The caller does not have permission');
    }
    if (location !== options.region) {
      throw new GoogleError(
        'NOT_FOUND',
        `Location ${JSON.stringify(location)} is not served here; allowed: ${options.region}`,
      );
    }
  };
  const find = (request: unknown): ScheduledJob => {
    const { name = '' } = request as { name?: string };
    const [, parent = ''] = /^(.+)\/jobs\/[A-Za-z0-9_-]{1,500}$/.exec(name) ?? [];
    checkParent(parent);
    const entry = entries.get(name);
    if (!entry) throw new GoogleError('NOT_FOUND', 'Job not found.');
    return entry;
  };
  const setState = (entry: ScheduledJob, from: JobState, to: JobState): WireJob => {
    if (entry.state !== from) {
      throw new GoogleError(
        'FAILED_PRECONDITION',
        `Job ${entry.job.name} is ${entry.state}; it must be ${from} to become ${to}.`,
      );
    }
    entry.state = to;
    if (to === 'ENABLED') entry.runner.resume();
    else entry.runner.pause();
    return asWire(entry);
  };

  const methods: Record<string, UnaryMethod> = {
    async CreateJob(request) {
      const { parent = '', job = {} } = request as { parent?: string; job?: WireJob };
      checkParent(parent);
      const name = job.name || `${parent}/jobs/job-${clock.epochMs()}`;
      if (!name.startsWith(`${parent}/jobs/`) || !/\/[A-Za-z0-9_-]{1,500}$/.test(name)) {
        throw invalid(
          `job.name: ${JSON.stringify(name)} is not ${parent}/jobs/JOB_ID with letters, digits, - and _`,
        );
      }
      if (entries.has(name)) throw new GoogleError('ALREADY_EXISTS', `Job ${name} already exists.`);
      const entry: ScheduledJob = {
        job: withDefaults({ ...job, name }),
        spec: parseJob(job),
        state: 'ENABLED',
        updatedMs: clock.epochMs(),
        runner: createJobRunner({
          job: name,
          spec: () => entry.spec,
          clock,
          attempt: (scheduledMs, signal) =>
            sendAttempt({
              jobId: name.split('/').at(-1) ?? name,
              spec: entry.spec,
              scheduledMs,
              tokens,
              ca: authority.certPem,
              signal,
            }),
          onAttempt: attempts.add,
        }),
      };
      entries.set(name, entry);
      entry.runner.resume();
      return asWire(entry);
    },
    async UpdateJob(request) {
      const { job = {}, updateMask } = request as {
        job?: WireJob;
        updateMask?: { paths?: string[] };
      };
      const entry = find(job);
      const merged = withDefaults(mergeJob(entry.job, job, updateMask?.paths ?? []));
      entry.spec = parseJob(merged);
      entry.job = merged;
      entry.updatedMs = clock.epochMs();
      if (entry.state === 'ENABLED') entry.runner.resume();
      return asWire(entry);
    },
    GetJob: async (request) => asWire(find(request)),
    async ListJobs(request) {
      const {
        parent = '',
        pageSize = 0,
        pageToken = '',
      } = request as {
        parent?: string;
        pageSize?: number;
        pageToken?: string;
      };
      checkParent(parent);
      const names = [...entries.keys()].sort().filter((name) => name > pageToken);
      const page = names.slice(0, pageSize > 0 ? Math.min(pageSize, MAX_PAGE) : MAX_PAGE);
      return {
        jobs: page.flatMap((name) => entries.get(name) ?? []).map(asWire),
        nextPageToken: page.length < names.length ? page.at(-1) : '',
      };
    },
    async DeleteJob(request) {
      const entry = find(request);
      entry.runner.close();
      entries.delete(entry.job.name ?? '');
      return {};
    },
    PauseJob: async (request) => setState(find(request), 'ENABLED', 'PAUSED'),
    ResumeJob: async (request) => setState(find(request), 'PAUSED', 'ENABLED'),
    // "Cloud Scheduler will dispatch the job, even if the job is already running." Whether a paused
    // job may be forced is not documented; here it may, since forcing is what "force" says.
    async RunJob(request) {
      const entry = find(request);
      entry.runner.runNow();
      return asWire(entry);
    },
  };
  const service = await startGrpcService({
    definition: loadSchedulerService(),
    methods: Object.fromEntries(
      Object.entries(methods).map(([name, method]) => [
        name,
        async (request, metadata) => {
          await faults?.strike('scheduler', name, (request as { name?: string }).name);
          return method(request, metadata);
        },
      ]),
    ),
  });

  return {
    port: service.port,
    jobs: () => [...entries.values()].map(asView),
    attempts: attempts.of,
    onAttempt: attempts.onAttempt,
    close() {
      for (const { runner } of entries.values()) runner.close();
      return service.close();
    },
  };
}

const invalid = (message: string) => new GoogleError('INVALID_ARGUMENT', message);
