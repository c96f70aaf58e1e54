import { UNEXPECTED_RESULT } from './telemetry/names.ts';

/**
 * The one table of errors: what went wrong, in the domain's words, and how each protocol says it.
 * Conversions happen once per boundary; the cause stays for the log and never goes on the wire.
 */

export type ErrorKind = keyof typeof ERRORS;

type Row = Readonly<{
  /** gRPC status code, https://grpc.io/docs/guides/status-codes/ */
  grpc: number;
  /** HTTP status of the client's answer. */
  http: number;
  title: string;
  /** Whether the same request may succeed later: adds Retry-After to the HTTP answer. */
  retryable: boolean;
}>;

export const ERRORS = {
  invalidArgument: { grpc: 3, http: 400, title: 'Invalid request', retryable: false },
  notFound: { grpc: 5, http: 404, title: 'Not found', retryable: false },
  methodNotAllowed: { grpc: 12, http: 405, title: 'Method not allowed', retryable: false },
  unexpectedResult: { grpc: 15, http: 500, title: 'Unexpected result', retryable: false },
  internal: { grpc: 13, http: 500, title: 'Internal error', retryable: false },
  cancelled: { grpc: 1, http: 499, title: 'Request cancelled by the caller', retryable: false },
  failedPrecondition: { grpc: 9, http: 502, title: 'Unsearchable works', retryable: false },
  badUpstream: { grpc: 2, http: 502, title: 'The server answered with an error', retryable: true },
  unavailable: { grpc: 14, http: 503, title: 'Temporarily unavailable', retryable: true },
  deadlineExceeded: { grpc: 4, http: 504, title: 'Deadline exceeded', retryable: true },
} as const satisfies Record<string, Row>;

/**
 * An error of the domain. `message` is for the caller and says what is wrong and what is allowed;
 * what caused it inside goes into `cause`, which is logged and never sent.
 */
export class AppError extends Error {
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AppError';
    this.kind = kind;
  }

  /** What a span says in `error.type`. */
  get errorType(): string {
    return this.kind === 'unexpectedResult' ? UNEXPECTED_RESULT : this.kind;
  }
}

/** What a status from the gRPC server means to the client's caller: all 16 codes of gRPC. */
const FROM_GRPC: Readonly<Record<number, ErrorKind>> = {
  // A server that ends in mid-call cancels its streams. A call that our own caller gave up is not
  // told by its status: only our signal knows.
  1: 'unavailable',
  2: 'badUpstream',
  3: 'invalidArgument',
  4: 'deadlineExceeded',
  5: 'badUpstream',
  6: 'badUpstream',
  7: 'badUpstream',
  8: 'unavailable',
  9: 'failedPrecondition',
  10: 'badUpstream',
  11: 'badUpstream',
  12: 'badUpstream',
  13: 'badUpstream',
  14: 'unavailable',
  15: 'badUpstream',
  16: 'badUpstream',
};

export function kindOfGrpcStatus(code: number): ErrorKind {
  return FROM_GRPC[code] ?? 'badUpstream';
}

/** Anything thrown, as an AppError: what is not one already is internal, its text kept inside. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('internal', 'an internal error occurred', { cause: error });
}
