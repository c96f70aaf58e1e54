import { AppError } from '../../lib/errors.ts';

/**
 * Answers that stay the same however often the works are read: the operator has to change the
 * bucket or its permissions. All are failedPrecondition, which is never repeated.
 */

const ALLOWED =
  'text in UTF-8, in UTF-16 with a byte order mark or in ISO-8859-1, stored as it is or as gzip';

/** `why` finishes the sentence "The object …". */
export function unreadable(name: string, why: string, options?: ErrorOptions): AppError {
  const text = `object ${JSON.stringify(name)} cannot be searched: it ${why}; allowed: ${ALLOWED}`;
  return new AppError('failedPrecondition', text, options);
}

/** Cloud Storage answered with a status that another attempt does not change. */
export function refusedByStorage(status: number, cause: unknown): AppError {
  return new AppError(
    'failedPrecondition',
    `Cloud Storage refuses to give the works (HTTP ${status}); the server's log has its reason`,
    { cause },
  );
}
