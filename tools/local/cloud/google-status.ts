/**
 * Google's canonical error codes with their gRPC and HTTP numbers, and the shapes in which REST
 * services say them. https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
 */
export const GOOGLE_STATUS = {
  CANCELLED: { grpc: 1, http: 499 },
  UNKNOWN: { grpc: 2, http: 500 },
  INVALID_ARGUMENT: { grpc: 3, http: 400 },
  DEADLINE_EXCEEDED: { grpc: 4, http: 504 },
  NOT_FOUND: { grpc: 5, http: 404 },
  ALREADY_EXISTS: { grpc: 6, http: 409 },
  PERMISSION_DENIED: { grpc: 7, http: 403 },
  RESOURCE_EXHAUSTED: { grpc: 8, http: 429 },
  FAILED_PRECONDITION: { grpc: 9, http: 400 },
  ABORTED: { grpc: 10, http: 409 },
  OUT_OF_RANGE: { grpc: 11, http: 400 },
  UNIMPLEMENTED: { grpc: 12, http: 501 },
  INTERNAL: { grpc: 13, http: 500 },
  UNAVAILABLE: { grpc: 14, http: 503 },
  UNAUTHENTICATED: { grpc: 16, http: 401 },
} as const satisfies Record<string, { grpc: number; http: number }>;

export type GoogleCode = keyof typeof GOOGLE_STATUS;

/** An answer of a Google service that is not a success; each protocol's server converts it once. */
export class GoogleError extends Error {
  readonly code: GoogleCode;
  readonly details: readonly Readonly<Record<string, unknown>>[];

  constructor(
    code: GoogleCode,
    message: string,
    details: readonly Readonly<Record<string, unknown>>[] = [],
  ) {
    super(message);
    this.name = 'GoogleError';
    this.code = code;
    this.details = details;
  }
}

/** Anything thrown, as a GoogleError. A bug of this tool shows its text: only its user sees it. */
export function toGoogleError(error: unknown): GoogleError {
  if (error instanceof GoogleError) return error;
  return new GoogleError('INTERNAL', error instanceof Error ? error.message : String(error));
}

/** The `google.rpc.Status` that a One Platform REST service sends, as Cloud Trace v1 does. */
export function restErrorBody(error: GoogleError): string {
  const { http } = GOOGLE_STATUS[error.code];
  return JSON.stringify({
    error: {
      code: http,
      message: error.message,
      status: error.code,
      ...(error.details.length > 0 && { details: error.details }),
    },
  });
}
