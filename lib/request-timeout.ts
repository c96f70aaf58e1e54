import { AppError } from './errors.ts';

/**
 * The header by which loadgen tells client how long it goes on waiting, in milliseconds.
 *
 * HTTP has no standard for it. A duration like gRPC's grpc-timeout rather than a point in time, since
 * two machines' clocks differ; a name of ours, since no name in use means exactly this and a proxy
 * between them could act on one that it knows (Envoy on x-envoy-upstream-rq-timeout-ms).
 */
export const TIMEOUT_HEADER = 'shakesapp-timeout-ms';

/** The header's value: whole milliseconds, and never none left. */
export function formatTimeout(leftMs: number): string {
  return String(Math.max(1, Math.floor(leftMs)));
}

/**
 * Milliseconds that the caller waits, or undefined where it does not say. Throws invalidArgument:
 * a caller that mistypes its deadline would otherwise believe in one.
 */
export function parseTimeout(header: string | readonly string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[1-9]\d{0,8}$/.test(header)) return Number(header);
  throw new AppError(
    'invalidArgument',
    `the header ${TIMEOUT_HEADER} is not valid; allowed: milliseconds, 1 to 999999999, or no such header`,
  );
}
