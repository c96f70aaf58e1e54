import { auth, cloudtrace, type cloudtrace_v1 } from '@googleapis/cloudtrace';
import { z } from 'zod';
import { refusalOf } from '../../google-refusals.ts';
import type { Clock } from './clock.ts';

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
}) {
  const { projectId, clock, rootUrl } = options;
  const scopes = ['https://www.googleapis.com/auth/trace.readonly'];
  const client = cloudtrace({
    version: 'v1',
    ...(rootUrl === undefined ? { auth: new auth.GoogleAuth({ scopes }) } : { rootUrl }),
  });

  const retrying = async <T>(
    call: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call(AbortSignal.any([signal, AbortSignal.timeout(CALL_DEADLINE_MS)]));
      } catch (error) {
        signal.throwIfAborted();
        const status = statusOf(error);
        // No answer, but for want of credentials: those do not come by waiting.
        const silent = status === undefined && !refusalOf(String(error), projectId);
        const retryable = silent || status === 429 || (status ?? 0) >= 500;
        if (!retryable) throw explain(error, status, projectId);
        if (attempt === MOST_TRIES) {
          if (status === 429) throw new QuotaExhaustedError({ cause: error });
          throw explain(error, status, projectId);
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
          (deadline) => client.projects.traces.list(params, { signal: deadline, retry: false }),
          signal,
        );
        return answer.data;
      } catch (error) {
        if (pageToken !== undefined && statusOf(error) === 400) {
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

export type TraceApi = ReturnType<typeof createTraceApi>;

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

function explain(error: unknown, status: number | undefined, projectId: string): Error {
  const reason = error instanceof Error ? error.message : String(error);
  const refusal = refusalOf(reason, projectId, 'cloudtrace.googleapis.com');
  const what = refusal
    ? `; ${refusal.text}, cure: ${refusal.cure}`
    : status === 401 || status === 403
      ? `; sign in with: gcloud auth application-default login, as someone with roles/cloudtrace.user in ${projectId}`
      : '';
  return new Error(`reading Cloud Trace of ${projectId} failed: ${reason}${what}`, {
    cause: error,
  });
}
