import type { Span } from './model.ts';

/** The status that a call was answered with, as one of the two protocols says it. */
export type Answer = Readonly<{ protocol: 'http' | 'grpc'; code: number }>;

/** OpenTelemetry's names, new and old, and the label that Cloud Trace's own spans carry. */
export const HTTP_KEYS = ['http.response.status_code', 'http.status_code', '/http/status_code'];
export const GRPC_KEYS = ['rpc.grpc.status_code', 'rpc.response.status_code', 'grpc.status_code'];

/** https://grpc.io/docs/guides/status-codes/, by number. */
export const GRPC_NAMES = [
  ...['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND'],
  ...['ALREADY_EXISTS', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION'],
  ...['ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS'],
  'UNAUTHENTICATED',
];
/** Those that say more than that the call failed. */
export const GRPC = {
  cancelled: 1,
  deadlineExceeded: 4,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  unauthenticated: 16,
};

/** By the span's attributes: Cloud Trace's v1 read API returns no status of a span. */
export function answerOf({ attributes }: Pick<Span, 'attributes'>): Answer | null {
  const given = (keys: readonly string[]) => {
    for (const key of keys) if (attributes[key]) return attributes[key];
    return undefined;
  };
  const grpc = given(GRPC_KEYS);
  if (grpc !== undefined) {
    const code = /^\d{1,2}$/.test(grpc) ? Number(grpc) : GRPC_NAMES.indexOf(grpc.toUpperCase());
    return code in GRPC_NAMES ? { protocol: 'grpc', code } : null;
  }
  const http = given(HTTP_KEYS);
  return http !== undefined && /^[1-5]\d\d$/.test(http)
    ? { protocol: 'http', code: Number(http) }
    : null;
}

/**
 * Whether the answer is an error of the span that carries it, as OpenTelemetry's conventions have
 * it: what the caller did wrong (4xx, CANCELLED) is none of a server's.
 */
export function isErrorAnswer({ kind }: Span, { protocol, code }: Answer): boolean {
  if (protocol === 'http') return code >= (kind === 'client' ? 400 : 500);
  return code !== 0 && (kind === 'client' || code !== GRPC.cancelled);
}

/** `status 504`, `gRPC status DEADLINE_EXCEEDED`. */
export const describeAnswer = ({ protocol, code }: Answer): string =>
  protocol === 'http' ? `status ${code}` : `gRPC status ${GRPC_NAMES[code]}`;
