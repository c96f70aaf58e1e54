import { z } from 'zod';
import { refusalOf, SIGN_IN } from '../../cli/google-refusals.ts';

const failure = z
  .object({ status: z.number() })
  .or(
    z.object({ response: z.object({ status: z.number() }) }).transform(({ response }) => response),
  );

/** The HTTP status of an answer that was none of success; undefined where no answer came. */
export function statusOf(error: unknown): number | undefined {
  const own = failure.safeParse(error).data?.status;
  if (own !== undefined) return own;
  return error instanceof Error && error.cause !== undefined ? statusOf(error.cause) : undefined;
}

/** The system's or the client's code of what kept an answer away. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.cause);
}

/**
 * What passes by itself. Not: a name that is not known, a port where nobody listens, credentials
 * that are missing; to ask again for those only makes a person wait.
 */
const TRANSIENT: ReadonlySet<string> = new Set([
  ...['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'],
  ...['ENETDOWN', 'ERR_STREAM_PREMATURE_CLOSE', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'],
]);

/** Whether a call without an answer may get one when it is made again. */
export const isTransient = (error: unknown): boolean => TRANSIENT.has(codeOf(error) ?? '');

const UNREACHABLE: ReadonlySet<string> = new Set(['ENOTFOUND', 'ECONNREFUSED', ...TRANSIENT]);

export function explain(
  error: unknown,
  status: number | undefined,
  place: Readonly<{ projectId: string; rootUrl?: string | undefined }>,
): Error {
  const reason = error instanceof Error ? error.message : String(error);
  const refusal = refusalOf(reason, place.projectId, 'cloudtrace.googleapis.com');
  const fix = refusal ? `; ${refusal.text}, fix: ${refusal.fix}` : fixOf(error, status, place);
  return new Error(`reading Cloud Trace of ${place.projectId} failed: ${reason}${fix}`, {
    cause: error,
  });
}

function fixOf(
  error: unknown,
  status: number | undefined,
  { projectId, rootUrl }: Readonly<{ projectId: string; rootUrl?: string | undefined }>,
): string {
  const silent =
    UNREACHABLE.has(codeOf(error) ?? '') ||
    (error instanceof Error && error.name === 'TimeoutError');
  if (status === undefined && silent) {
    return rootUrl === undefined
      ? '; check the network, a proxy (https_proxy) or a VPN'
      : '; is npm start still running?';
  }
  // Without an answer and without a fault of the network there were no credentials to ask with.
  if (status === undefined || status === 401 || status === 403) {
    return `; sign in with: ${SIGN_IN}, as someone with roles/cloudtrace.user in ${projectId}`;
  }
  return '';
}
