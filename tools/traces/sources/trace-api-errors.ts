import { z } from 'zod';
import { refusalOf, SIGN_IN } from '../../cli/google-refusals.ts';
import { CHECK_NETWORK, isUnreachable } from './unreachable.ts';

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
  if (status === undefined && isUnreachable(error)) {
    return rootUrl === undefined ? `; ${CHECK_NETWORK}` : '; is npm start still running?';
  }
  // Without an answer and without a fault of the network there were no credentials to ask with.
  if (status === undefined || status === 401 || status === 403) {
    return `; sign in with: ${SIGN_IN}, as someone with roles/cloudtrace.user in ${projectId}`;
  }
  return '';
}
