import { AppError } from './errors.ts';

/** Most bytes of UTF-8 that a query may have. */
export const MAX_QUERY_BYTES = 1024;

const ALLOWED = `text of 1 to ${MAX_QUERY_BYTES} bytes (UTF-8) without a line break`;

/**
 * The rule for a query, the same at the client's HTTP edge and in the server, which other clients
 * may call. Returns it unchanged, or throws invalidArgument with what is wrong and what is allowed.
 */
export function parseSearchQuery(query: string): string {
  if (query === '') throw invalid('is empty');
  const bytes = Buffer.byteLength(query, 'utf8');
  if (bytes > MAX_QUERY_BYTES) throw invalid(`has ${bytes} bytes`);
  // A line stands between two '\n', so a query with one could never match. A query with '\r' would
  // match texts from Windows only.
  if (/[\n\r]/.test(query)) throw invalid('holds a line break');
  return query;
}

function invalid(wrong: string): AppError {
  return new AppError('invalidArgument', `the query ${wrong}; allowed: ${ALLOWED}`);
}
