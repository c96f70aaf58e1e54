import { z } from 'zod';
import { DeadlineError } from '../../../../lib/telemetry/deadline.ts';
import { grantCommand, refusalOf, SIGN_IN, YOU } from '../../../cli/google-refusals.ts';
import { CHECK_NETWORK, isUnreachable } from '../unreachable.ts';
import { nameOf, type View } from './view-name.ts';

const apiError = z.object({
  code: z.union([z.number(), z.string()]).optional(),
  errors: z
    .array(z.object({ reason: z.string().optional(), message: z.string().optional() }))
    .optional(),
});

const BIGQUERY = 'bigquery.googleapis.com';

/** What BigQuery refused, and the commands that fix it. */
export function explain(
  error: unknown,
  { view, emulatorHost }: Readonly<{ view: View; emulatorHost: string | undefined }>,
): Error {
  const refused = apiError.safeParse(error).data;
  const code = refused?.code;
  const errors = refused?.errors ?? [];
  const said = error instanceof Error ? error.message : String(error);
  const message = errors.find((one) => one.message !== undefined)?.message ?? said;
  const reasons = errors.map(({ reason }) => reason);
  const fix = fixOf({ said: `${message} ${said}`, code, reasons, view, emulatorHost, error });
  return new Error(`reading ${nameOf(view)} failed: ${message.split('\n', 1)[0]}${fix}`, {
    cause: error,
  });
}

function fixOf(refused: {
  said: string;
  code: number | string | undefined;
  reasons: readonly (string | undefined)[];
  view: View;
  emulatorHost: string | undefined;
  error: unknown;
}): string {
  const { said, code, reasons, view, emulatorHost, error } = refused;
  const refusal = refusalOf(said, view.projectId, BIGQUERY);
  if (refusal !== undefined) return `; ${refusal.text}, fix: ${refusal.fix}`;
  if (/bigquery\.jobs\.create/.test(said)) {
    return `; you may not run queries in ${view.projectId}, fix:\n${grant(view, 'roles/bigquery.jobUser')}`;
  }
  const denied = reasons.includes('accessDenied') || code === 403;
  const missing = reasons.includes('notFound') || code === 404;
  if (/perhaps it does not exist/.test(said)) {
    return `\nIf the dataset is not linked yet:\n${linkCommands(view)}\nIf it is:\n${roles(view)}`;
  }
  if (missing) return `; link Cloud Trace's spans to BigQuery:\n${linkCommands(view)}`;
  if (denied) return `; you may not read the view, fix:\n${roles(view)}`;
  if (code === 401) return `; sign in with: ${SIGN_IN}`;
  if (code === 'ECONNREFUSED' && emulatorHost !== undefined) {
    return `; nothing listens at BIGQUERY_EMULATOR_HOST, which is ${emulatorHost}`;
  }
  const isLate = error instanceof DeadlineError || isUnreachable(error);
  return isLate && emulatorHost === undefined ? `; ${CHECK_NETWORK}` : '';
}

/**
 * The dataset of BigQuery gets the link's name. `LOCATION`: as the first command prints it. gcloud knows
 * these commands since its version 563.
 * https://docs.cloud.google.com/trace/docs/analytics-query-linked-dataset
 */
export const linkCommands = ({ projectId, dataset }: Omit<View, 'table'>): string =>
  [
    `  gcloud observability buckets list --location=- --project ${projectId}`,
    `  gcloud observability buckets datasets links create ${dataset} --bucket _Trace ` +
      `--dataset Spans --location LOCATION --project ${projectId}`,
    '  (an older gcloud than 563.0.0 does not know them: gcloud components update)',
  ].join('\n');

const grant = ({ projectId }: View, role: string): string =>
  `  ${grantCommand(projectId, YOU, role)}`;

/** https://docs.cloud.google.com/trace/docs/analytics-query-with-bigquery-studio */
const roles = (view: View): string =>
  ['roles/bigquery.dataViewer', 'roles/observability.viewAccessor']
    .map((role) => grant(view, role))
    .join('\n');
