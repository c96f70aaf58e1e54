import { ApiError } from '@google-cloud/storage';
import { AppError } from '../../lib/errors.ts';
import { refusedByStorage } from './refusals.ts';

/** Whether the error is the answer that the pinned generation is there no longer. */
export function isGone(error: unknown): boolean {
  return statusOf(error) === 404;
}

/** The status that Storage answered with. What failed to fetch a token is none of Storage's. */
function statusOf(error: unknown): number | undefined {
  return error instanceof ApiError ? error.code : undefined;
}

/**
 * Statuses that the same request gets again and again. Anything else may pass: without a status it
 * is a broken connection, a missed deadline or corrupt content.
 */
function isPermanent(status: number): boolean {
  const mayPass = status === 408 || status === 429 || status >= 500;
  return !mayPass || status === 501 || status === 505;
}

export function isTransient(error: unknown): boolean {
  if (error instanceof AppError) return false;
  const status = statusOf(error);
  return status === undefined || !isPermanent(status);
}

/** What is thrown on: a status that stays is an answer, and no outage. */
export function explain(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const status = statusOf(error);
  return status !== undefined && isPermanent(status) ? refusedByStorage(status, error) : error;
}
