import { auth, cloudtrace, type cloudtrace_v1 } from '@googleapis/cloudtrace';
import { z } from 'zod';
import { refusalOf, SIGN_IN } from '../../cli/google-refusals.ts';
import type { Clock } from './clock.ts';
import { GET_UNITS, LIST_UNITS } from './read-budget.ts';

const CALL_DEADLINE_MS = 30_000;
const MOST_TRIES = 8;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** Quota spent by others in the same project, to the end: what was read so far is still good. */
export class QuotaExhaustedError extends Error {
  constructor(options: ErrorOptions) {
    super(`Cloud Trace answered 429 (quota exceeded) ${MOST_TRIES} times`, options);
    this.name = 'QuotaExhaustedError';
  }
}

/** The page token is no longer taken: the list has to start again. */
export class StalePageError extends Error {}

export type ListQuery = Readonly<{
  filter: string;
  startTime: string;
  endTime: string;
  pageToken?: string | undefined;
}>;

/**
 * Reading calls of Cloud Trace's v1 API through Google's client, each with a deadline and bounded
 * retries. `rootUrl`: a Cloud Trace elsewhere, that takes no credentials.
 */
export function createTraceApi(options: {
  projectId: string;
  clock: Clock;
  rootUrl?: string | undefined;
  onRetry: (reason: string, pauseMs: number) => void;
  /** Before every attempt, the repeated ones too: Cloud Trace counts those that it refused. */
  spend: (units: number, signal: AbortSignal) => Promise<void>;
}) {
  const { projectId, clock, rootUrl } = options;
  const scopes = ['https://www.googleapis.com/auth/trace.readonly'];
  const client = cloudtrace({
    version: 'v1',
    ...(rootUrl === undefined ? { auth: new auth.GoogleAuth({ scopes }) } : { rootUrl }),
  });

  /** By what issues the token, or before the request itself was looked at. */
  const refused = (error: unknown) => refusalOf(String(error), projectId) !== undefined;

  const retrying = async <T>(
    units: number,
    call: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      await options.spend(units, signal);
      const deadline = AbortSignal.timeout(CALL_DEADLINE_MS);
      const limit = AbortSignal.any([signal, deadline]);
      try {
        return await untilAborted(call(limit), limit);
      } catch (error) {
        signal.throwIfAborted();
        const status = statusOf(error);
        const retryable =
          status === undefined
            ? deadline.aborted || TRANSIENT.has(codeOf(error) ?? '')
            : status === 429 || status >= 500;
        if (!retryable) throw explain(error, status, options);
        if (attempt === MOST_TRIES) {
          if (status === 429) throw new QuotaExhaustedError({ cause: error });
          throw explain(error, status, options);
        }
        const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
        options.onRetry(status === undefined ? 'no answer' : `status ${status}`, pauseMs);
        await clock.sleep(pauseMs, signal);
      }
    }
  };

  return {
    /** A page of up to 100 whole traces. Throws StalePageError where the token is refused. */
    async list(
      query: ListQuery,
      signal: AbortSignal,
    ): Promise<cloudtrace_v1.Schema$ListTracesResponse> {
      const { pageToken, ...rest } = query;
      const params = {
        projectId,
        view: 'COMPLETE',
        pageSize: 100,
        orderBy: 'start',
        ...rest,
        ...(pageToken === undefined ? {} : { pageToken }),
      };
      try {
        const answer = await retrying(
          LIST_UNITS,
          (deadline) => client.projects.traces.list(params, { signal: deadline, retry: false }),
          signal,
        );
        return answer.data;
      } catch (error) {
        if (pageToken !== undefined && statusOf(error) === 400 && !refused(error)) {
          throw new StalePageError('the page token is no longer valid', { cause: error });
        }
        throw error;
      }
    },
    /** One trace; undefined where there is none by that id. */
    async get(
      traceId: string,
      signal: AbortSignal,
    ): Promise<cloudtrace_v1.Schema$Trace | undefined> {
      try {
        const answer = await retrying(
          GET_UNITS,
          (deadline) =>
            client.projects.traces.get({ projectId, traceId }, { signal: deadline, retry: false }),
          signal,
        );
        return answer.data;
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    },
  };
}

const failure = z
  .object({ status: z.number() })
  .or(
    z.object({ response: z.object({ status: z.number() }) }).transform(({ response }) => response),
  );

/** The HTTP status of an answer that was none of success; undefined where no answer came. */
function statusOf(error: unknown): number | undefined {
  const own = failure.safeParse(error).data?.status;
  if (own !== undefined) return own;
  return error instanceof Error && error.cause !== undefined ? statusOf(error.cause) : undefined;
}

/** The system's or the client's code of what kept an answer away. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.cause);
}

/**
 * What passes by itself. Not: a name that is not known, a port where nobody listens, credentials
 * that are missing; to ask again for those only makes a person wait.
 */
const TRANSIENT: ReadonlySet<string> = new Set([
  ...['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'],
  ...['ENETDOWN', 'ERR_STREAM_PREMATURE_CLOSE', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'],
]);
const UNREACHABLE: ReadonlySet<string> = new Set(['ENOTFOUND', 'ECONNREFUSED', ...TRANSIENT]);

/** The client asks for a token on its own, without a deadline, and heeds no signal meanwhile. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function explain(
  error: unknown,
  status: number | undefined,
  place: Readonly<{ projectId: string; rootUrl?: string | undefined }>,
): Error {
  const reason = error instanceof Error ? error.message : String(error);
  const refusal = refusalOf(reason, place.projectId, 'cloudtrace.googleapis.com');
  const cure = refusal ? `; ${refusal.text}, cure: ${refusal.cure}` : cureOf(error, status, place);
  return new Error(`reading Cloud Trace of ${place.projectId} failed: ${reason}${cure}`, {
    cause: error,
  });
}

function cureOf(
  error: unknown,
  status: number | undefined,
  { projectId, rootUrl }: Readonly<{ projectId: string; rootUrl?: string | undefined }>,
): string {
  const silent =
    UNREACHABLE.has(codeOf(error) ?? '') ||
    (error instanceof Error && error.name === 'TimeoutError');
  if (status === undefined && silent) {
    return rootUrl === undefined
      ? '; check the network, a proxy (https_proxy) or a VPN'
      : '; is npm start still running?';
  }
  // Without an answer and without a fault of the network there were no credentials to ask with.
  if (status === undefined || status === 401 || status === 403) {
    return `; sign in with: ${SIGN_IN}, as someone with roles/cloudtrace.user in ${projectId}`;
  }
  return '';
}
