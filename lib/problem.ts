import { isSpanContextValid, trace } from '@opentelemetry/api';
import { type AppError, ERRORS } from './errors.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** Seconds after which a request that failed for the moment is worth another try. */
const RETRY_AFTER_SECONDS = 1;

export type Problem = Readonly<{
  type: string;
  title: string;
  status: number;
  detail: string;
  /** Finds the request's spans and log lines, which hold what this body does not say. */
  traceId?: string;
}>;

/**
 * The body of every error over HTTP (RFC 9457). It says what the caller did wrong and what is
 * allowed, and nothing of the inside: the cause is in the log under the trace id. `extension` adds
 * members of the endpoint's own.
 */
export function createProblem<E extends Readonly<Record<string, unknown>>>(
  error: AppError,
  extension?: E,
): Problem & Partial<E> {
  const { http, title } = ERRORS[error.kind];
  const context = trace.getActiveSpan()?.spanContext();
  return {
    type: `tag:shakesapp,2026:${error.kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    title,
    status: http,
    detail: error.message,
    ...(context && isSpanContextValid(context) ? { traceId: context.traceId } : {}),
    ...extension,
  } as Problem & Partial<E>;
}

export function retryAfter(error: AppError): string | undefined {
  return ERRORS[error.kind].retryable ? String(RETRY_AFTER_SECONDS) : undefined;
}
