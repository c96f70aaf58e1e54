import { GoogleError } from '../google-status.ts';
import { type CronSchedule, parseCron } from './cron.ts';

/** google.cloud.scheduler.v1 as proto-loader hands it over. */
export type WireTime = { seconds?: string | number; nanos?: number };
export type WireJob = {
  name?: string;
  description?: string;
  httpTarget?: {
    uri?: string;
    httpMethod?: string;
    headers?: Record<string, string>;
    body?: Buffer;
    oidcToken?: { serviceAccountEmail?: string; audience?: string };
    oauthToken?: unknown;
  };
  pubsubTarget?: unknown;
  appEngineHttpTarget?: unknown;
  schedule?: string;
  timeZone?: string;
  retryConfig?: {
    retryCount?: number;
    maxRetryDuration?: WireTime;
    minBackoffDuration?: WireTime;
    maxBackoffDuration?: WireTime;
    maxDoublings?: number;
  };
  attemptDeadline?: WireTime;
  userUpdateTime?: WireTime;
  state?: string;
  status?: { code?: number; message?: string };
  scheduleTime?: WireTime;
  lastAttemptTime?: WireTime;
};

/** What a job does, checked, defaults filled in. */
export type JobSpec = Readonly<{
  cron: CronSchedule;
  uri: URL;
  method: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer | undefined;
  oidc: Readonly<{ email: string; audience: string }> | undefined;
  attemptDeadlineMs: number;
  retry: RetryPolicy;
}>;

export type RetryPolicy = Readonly<{
  count: number;
  maxDurationMs: number;
  minBackoffMs: number;
  maxBackoffMs: number;
  maxDoublings: number;
}>;

const invalid = (message: string) => new GoogleError('INVALID_ARGUMENT', message);
const MINUTE_MS = 60_000;

/** Throws INVALID_ARGUMENT with the field, its value and what is allowed. */
export function parseJob(job: WireJob): JobSpec {
  const target = job.httpTarget;
  if (!target) throw invalid('Job.target: http_target is required (the only target here)');
  if (target.oauthToken) throw invalid('http_target.oauth_token: only oidc_token is known here');
  if ((job.description ?? '').length > 500) throw invalid('description: at most 500 characters');
  const uri = parseUri(target.uri ?? '');
  const method = target.httpMethod ?? 'POST';
  if (target.body?.length && !['POST', 'PUT', 'PATCH'].includes(method)) {
    throw invalid(`http_target.body: a ${method} request has no body; allowed: POST, PUT, PATCH`);
  }
  return {
    cron: parseCron(job.schedule ?? '', job.timeZone || 'Etc/UTC'),
    uri,
    method: method === 'HTTP_METHOD_UNSPECIFIED' ? 'POST' : method,
    headers: target.headers ?? {},
    body: target.body?.length ? target.body : undefined,
    oidc: parseOidc(target.oidcToken, target.uri ?? ''),
    attemptDeadlineMs: parseDeadline(job.attemptDeadline),
    retry: parseRetry(job.retryConfig ?? {}),
  };
}

function parseUri(uri: string): URL {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || uri.length > 2083) {
    throw invalid(`http_target.uri: ${JSON.stringify(uri)} is not an http:// or https:// URL`);
  }
  return url;
}

function parseOidc(
  token: { serviceAccountEmail?: string; audience?: string } | undefined,
  uri: string,
): JobSpec['oidc'] {
  if (!token) return undefined;
  const email = token.serviceAccountEmail ?? '';
  if (!/^[^@\s]+@[^@\s]+\.gserviceaccount\.com$/.test(email)) {
    throw invalid(
      `http_target.oidc_token.service_account_email: ${JSON.stringify(email)} is not a service account`,
    );
  }
  // The default is the URI with path and query: rarely what the receiver expects.
  return { email, audience: token.audience || uri };
}

function parseDeadline(duration: WireTime | undefined): number {
  if (!duration) return 3 * MINUTE_MS;
  const ms = durationMs(duration);
  if (ms < 15_000 || ms > 30 * MINUTE_MS) {
    throw invalid(`attempt_deadline: ${ms / 1000}s; allowed: 15s to 1800s`);
  }
  return ms;
}

function parseRetry(config: NonNullable<WireJob['retryConfig']>): RetryPolicy {
  const count = config.retryCount ?? 0;
  if (count < 0 || count > 5) throw invalid(`retry_config.retry_count: ${count}; allowed: 0 to 5`);
  const policy = {
    count,
    maxDurationMs: durationMs(config.maxRetryDuration),
    minBackoffMs: config.minBackoffDuration ? durationMs(config.minBackoffDuration) : 5_000,
    maxBackoffMs: config.maxBackoffDuration ? durationMs(config.maxBackoffDuration) : 3_600_000,
    maxDoublings: config.maxDoublings ?? 5,
  };
  if (policy.minBackoffMs > policy.maxBackoffMs) {
    throw invalid('retry_config.min_backoff_duration: it is above max_backoff_duration');
  }
  return policy;
}

/**
 * Wait before retry number `retry` (from 0): doubles `maxDoublings` times, then grows by the same
 * step, never above the maximum. With 10 s, 3 doublings and 300 s: 10, 20, 40, 80, 160, 240, 300.
 */
export function backoffMs(retry: number, policy: RetryPolicy): number {
  const { minBackoffMs, maxBackoffMs, maxDoublings } = policy;
  const doubled = minBackoffMs * 2 ** Math.min(retry, maxDoublings);
  const linear = Math.max(1, retry - maxDoublings + 1);
  return Math.min(doubled * linear, maxBackoffMs);
}

const durationMs = (duration: WireTime | undefined): number =>
  Number(duration?.seconds ?? 0) * 1000 + (duration?.nanos ?? 0) / 1e6;

export function wireTime(timeMs: number): WireTime {
  const seconds = Math.floor(timeMs / 1000);
  return { seconds: String(seconds), nanos: Math.round((timeMs - seconds * 1000) * 1e6) };
}

/** Fields that UpdateJob may name, in the snake case of a FieldMask. */
const UPDATABLE: Readonly<Record<string, keyof WireJob>> = {
  description: 'description',
  http_target: 'httpTarget',
  schedule: 'schedule',
  time_zone: 'timeZone',
  retry_config: 'retryConfig',
  attempt_deadline: 'attemptDeadline',
};

/** The job with the named fields (all that are set, without a mask) from `changes`. */
export function mergeJob(job: WireJob, changes: WireJob, mask: readonly string[]): WireJob {
  const paths =
    mask.length > 0
      ? mask
      : Object.keys(UPDATABLE).filter((path) => changes[UPDATABLE[path] ?? 'name'] !== undefined);
  let merged = job;
  for (const path of paths) {
    const [first = '', ...rest] = path.split('.');
    const field = UPDATABLE[first];
    if (field === undefined) {
      throw invalid(
        `update_mask: ${JSON.stringify(path)}; allowed: ${Object.keys(UPDATABLE).join(', ')} and what is in them`,
      );
    }
    merged = setPath(merged, changes, [field, ...rest.map(camel)]) as WireJob;
  }
  return merged;
}

const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function setPath(into: unknown, from: unknown, [key = '', ...rest]: string[]): unknown {
  const base = { ...(into as Record<string, unknown>) };
  const value = (from as Record<string, unknown> | undefined)?.[key];
  const next = rest.length === 0 ? value : setPath(base[key] ?? {}, value, rest);
  if (next === undefined) delete base[key];
  else base[key] = next;
  return base;
}
