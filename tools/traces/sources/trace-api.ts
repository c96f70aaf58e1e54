import { auth, cloudtrace } from '@googleapis/cloudtrace';
import { type Clock, sleep } from '../../../lib/clock.ts';
import { until } from '../../../lib/telemetry/deadline.ts';
import { refusalOf } from '../../cli/google-refusals.ts';
import type { Deviation } from '../deviation.ts';
import type { Trace } from '../model.ts';
import { GET_UNITS, LIST_UNITS, PAGE_TRACES } from './read-budget.ts';
import { explain, statusOf } from './trace-api-errors.ts';
import { isTransient } from './unreachable.ts';
import { UnreadableError } from './unreadable.ts';
import { parseV1List, parseV1Trace, type V1List } from './v1-trace.ts';

const CALL_DEADLINE_MS = 30_000;
const MOST_TRIES = 8;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Whatever its content type is, an answer is JSON. Of a type that it does not know the client would
 * make a Blob, which reads like a list without traces.
 */
const asJson = (signal: AbortSignal) => ({ signal, retry: false, responseType: 'json' as const });

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
  /** What is read although it is not as it should be. */
  onDeviation?: (deviation: Deviation) => void;
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
      // The client asks for a token by itself, without a deadline, and ignores the signal meanwhile.
      const limit = AbortSignal.any([signal, deadline]);
      try {
        return await until(call(limit), limit);
      } catch (error) {
        signal.throwIfAborted();
        const status = statusOf(error);
        const retryable =
          status === undefined
            ? deadline.aborted || isTransient(error)
            : status === 429 || status >= 500;
        if (!retryable) throw explain(error, status, options);
        if (attempt === MOST_TRIES) {
          if (status === 429) throw new QuotaExhaustedError({ cause: error });
          throw explain(error, status, options);
        }
        const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
        options.onRetry(status === undefined ? 'no answer' : `status ${status}`, pauseMs);
        await sleep(clock, pauseMs, signal);
      }
    }
  };

  const parse = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      const problem = `the answer of Cloud Trace for ${projectId} cannot be read: ${error.message}`;
      throw new Error(problem, { cause: error });
    }
  };

  return {
    /** A page of up to 100 complete traces. Throws StalePageError where the token is refused. */
    async list(query: ListQuery, signal: AbortSignal): Promise<V1List> {
      const { pageToken, ...rest } = query;
      const params = {
        projectId,
        view: 'COMPLETE',
        pageSize: PAGE_TRACES,
        orderBy: 'start',
        ...rest,
        ...(pageToken === undefined ? {} : { pageToken }),
      };
      try {
        const answer = await retrying(
          LIST_UNITS,
          (deadline) => client.projects.traces.list(params, asJson(deadline)),
          signal,
        );
        return parse(() => parseV1List(answer.data, options.onDeviation));
      } catch (error) {
        if (pageToken !== undefined && statusOf(error) === 400 && !refused(error)) {
          throw new StalePageError('the page token is no longer valid', { cause: error });
        }
        throw error;
      }
    },
    /** One trace; undefined where there is none by that id. */
    async get(traceId: string, signal: AbortSignal): Promise<Trace | undefined> {
      try {
        const answer = await retrying(
          GET_UNITS,
          (deadline) => client.projects.traces.get({ projectId, traceId }, asJson(deadline)),
          signal,
        );
        return parse(() => parseV1Trace(answer.data, options.onDeviation));
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    },
  };
}
