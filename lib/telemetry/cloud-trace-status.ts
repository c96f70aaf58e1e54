import { FateUnknown, NotStoredYet } from './sink.ts';

export type ServiceError = Error & { code?: number; details?: string };

/** https://grpc.io/docs/guides/status-codes/ */
const CODE = {
  CANCELLED: 1,
  UNKNOWN: 2,
  DEADLINE_EXCEEDED: 4,
  RESOURCE_EXHAUSTED: 8,
  ABORTED: 10,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

const PASSING: ReadonlySet<number | undefined> = new Set([
  CODE.CANCELLED,
  CODE.DEADLINE_EXCEEDED,
  CODE.RESOURCE_EXHAUSTED,
  CODE.ABORTED,
  CODE.UNAVAILABLE,
  // With another token.
  CODE.UNAUTHENTICATED,
]);

/** The server itself failed, and does not say whether before it had stored the batch or after. */
const FAILED_WITHIN: ReadonlySet<number | undefined> = new Set([
  CODE.UNKNOWN,
  CODE.INTERNAL,
  CODE.DATA_LOSS,
]);

/** The server, or one between, stopped in the middle: after it had stored the batch, or before. */
const UNFINISHED: ReadonlySet<number | undefined> = new Set([CODE.CANCELLED, CODE.UNAVAILABLE]);

/** gRPC's own words for a call whose connection or stream ended under it. */
const BROKEN =
  /^(Connection dropped|Received RST_STREAM|Stream error|Call cancelled|Write|read E|write E)/;
/** Nothing was sent: no connection, or no token for the call. */
const UNSENT =
  /^(No connection established|Name resolution failed|Stream refused|Getting metadata|Channel closed)/;
/** Other than a quota, this does not pass: the batch would be refused for ever. */
const TOO_LARGE = /larger than max|too large/i;

const isBroken = ({ code, details = '' }: ServiceError) =>
  code === CODE.DEADLINE_EXCEEDED || BROKEN.test(details);

/** The token of the call was rejected: it was revoked, or is not valid. */
export const isUnauthenticated = ({ code }: ServiceError) => code === CODE.UNAUTHENTICATED;

export const isTimeout = ({ code }: ServiceError) => code === CODE.DEADLINE_EXCEEDED;

/** Whether the server itself said so. */
export const isAnswer = (error: ServiceError) =>
  !isBroken(error) && !UNSENT.test(error.details ?? '');

/** Whether the batch may be sent again, as an error of a sink says it. */
export function toRejection(error: ServiceError): Error {
  const { code, details = '', message } = error;
  const passes =
    (PASSING.has(code) && !TOO_LARGE.test(details)) || isBroken(error) || UNSENT.test(details);
  if (!passes && FAILED_WITHIN.has(code)) return new FateUnknown(message, { cause: error });
  if (!passes) return error;
  const maybeStored = isBroken(error) || (UNFINISHED.has(code) && !UNSENT.test(details));
  return new NotStoredYet(message, { cause: error, maybeStored });
}
