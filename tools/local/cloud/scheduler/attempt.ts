import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { GoogleCode } from '../google-status.ts';
import type { TokenIssuer } from '../identity/tokens.ts';
import type { JobSpec } from './job.ts';

export type AttemptOutcome = Readonly<{
  code: GoogleCode | 'OK';
  httpStatus?: number;
  /** What went wrong below HTTP. */
  error?: string;
  /** What the target answered with an error status. */
  answer?: string;
}>;

/** Characters; loadgen's problem documents are far shorter. */
const LONGEST_ANSWER = 10_000;

/** Sends the job's request once and returns the outcome; never throws. */
export async function sendAttempt(options: {
  jobId: string;
  spec: JobSpec;
  scheduledMs: number;
  tokens: TokenIssuer;
  /** The certificate authority that https targets are checked against. */
  ca: string;
  signal: AbortSignal;
}): Promise<AttemptOutcome> {
  const { jobId, spec, scheduledMs, tokens, ca, signal } = options;
  const deadline = AbortSignal.timeout(spec.attemptDeadlineMs);
  try {
    const token = spec.oidc && (await tokens.issueIdToken(spec.oidc));
    const { httpStatus, answer } = await send({
      spec,
      ca,
      headers: requestHeaders({ jobId, spec, scheduledMs, token }),
      signal: AbortSignal.any([signal, deadline]),
    });
    return { code: codeOf(httpStatus), httpStatus, ...(answer !== undefined && { answer }) };
  } catch (error) {
    if (deadline.aborted) {
      const error = `no answer within ${spec.attemptDeadlineMs / 1000} s`;
      return { code: 'DEADLINE_EXCEEDED', error };
    }
    if (signal.aborted) return { code: 'CANCELLED', error: 'the scheduler was closed' };
    return { code: 'UNAVAILABLE', error: (error as Error).message };
  }
}

function requestHeaders(options: {
  jobId: string;
  spec: JobSpec;
  scheduledMs: number;
  token: string | undefined;
}): Record<string, string> {
  const { jobId, spec, scheduledMs, token } = options;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(spec.headers)) {
    // The job cannot set these: the real service removes them too.
    if (!/^(?:x-cloudscheduler|x-google-|x-appengine-|content-length$)/i.test(name)) {
      headers[name.toLowerCase()] = value;
    }
  }
  const agent = headers['user-agent'];
  return {
    ...(spec.body && { 'content-type': 'application/octet-stream' }),
    ...headers,
    'user-agent': agent ? `${agent} Google-Cloud-Scheduler` : 'Google-Cloud-Scheduler',
    'x-cloudscheduler': 'true',
    'x-cloudscheduler-jobname': jobId,
    'x-cloudscheduler-scheduletime': new Date(scheduledMs).toISOString(),
    ...(spec.body && { 'content-length': String(spec.body.length) }),
    ...(token && { authorization: `Bearer ${token}` }),
  };
}

function send(options: {
  spec: JobSpec;
  ca: string;
  headers: Record<string, string>;
  signal: AbortSignal;
}): Promise<{ httpStatus: number; answer?: string }> {
  const { spec, ca, headers, signal } = options;
  const own = { method: spec.method, headers, signal, agent: false };
  return new Promise((resolve, reject) => {
    const request =
      spec.uri.protocol === 'https:'
        ? requestHttps(spec.uri, { ...own, ca })
        : requestHttp(spec.uri, own);
    request.once('error', reject);
    request.once('response', (response) => {
      const httpStatus = response.statusCode ?? 0;
      let answer = '';
      // An attempt ends with the body: until then the handler still works.
      response.once('error', reject);
      response.once('end', () =>
        resolve(httpStatus < 400 ? { httpStatus } : { httpStatus, answer }),
      );
      response.setEncoding('utf8').on('data', (text: string) => {
        if (answer.length < LONGEST_ANSWER) answer += text;
      });
    });
    request.end(spec.body);
  });
}

/** Any 2xx acknowledges the job. The mapping of others is not documented; these are usual. */
function codeOf(httpStatus: number): GoogleCode | 'OK' {
  if (httpStatus >= 200 && httpStatus < 300) return 'OK';
  const codes: Readonly<Record<number, GoogleCode>> = {
    400: 'INVALID_ARGUMENT',
    401: 'UNAUTHENTICATED',
    403: 'PERMISSION_DENIED',
    404: 'NOT_FOUND',
    409: 'ALREADY_EXISTS',
    429: 'RESOURCE_EXHAUSTED',
    499: 'CANCELLED',
    500: 'INTERNAL',
    501: 'UNIMPLEMENTED',
    503: 'UNAVAILABLE',
    504: 'DEADLINE_EXCEEDED',
  };
  return codes[httpStatus] ?? 'UNKNOWN';
}
