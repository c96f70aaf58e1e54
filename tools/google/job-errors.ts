import { status } from '@grpc/grpc-js';
import { UsageError } from '../cli/command-line.ts';
import { deployFix } from '../cli/deploy-commands.ts';
import { grantCommand, refusalOf, SIGN_IN, YOU } from '../cli/google-refusals.ts';
import type { Target } from './target.ts';

/** What Cloud Scheduler did not do, and the command that fixes it; the cause stays attached. */
export class JobError extends Error {
  readonly fix: string | undefined;

  constructor(text: string, options: { fix?: string; said: string; cause: unknown }) {
    const { fix, said, cause } = options;
    const lines = [text, ...(fix ? [`fix: ${fix}`] : []), `(Cloud Scheduler: ${said})`];
    super(lines.join('\n  '), { cause });
    this.name = 'JobError';
    this.fix = fix;
  }
}

/** An error of Cloud Scheduler as what to do about it. */
export function explainJobError(error: unknown, target: Target): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const { projectId, region, jobName, local } = target;
  const code = 'code' in error ? Number(error.code) : Number.NaN;
  const details = 'details' in error && error.details ? String(error.details) : error.message;
  // The client appends every attempt that it made before.
  const said = details.replace(/\s*before any response was received.*$/s, '').slice(0, 400);
  const say = (text: string, fix?: string) =>
    new JobError(text, { said, cause: error, ...(fix !== undefined && { fix }) });

  const refusal = refusalOf(
    `${error.message} ${details}`,
    projectId,
    'cloudscheduler.googleapis.com',
  );
  if (refusal) return say(refusal.text, refusal.fix);
  switch (code) {
    case status.NOT_FOUND:
      return local
        ? say(`there is no job ${jobName} in the local system`, 'npm start')
        : say(
            `there is no job ${jobName}; see what there is: ` +
              `gcloud scheduler jobs list --project ${projectId} --location ${region}`,
            deployFix(target),
          );
    case status.PERMISSION_DENIED:
      return say(
        `permission denied to control ${jobName}; somebody with permission to grant roles must run the fix`,
        grantCommand(projectId, YOU, 'roles/cloudscheduler.admin'),
      );
    case status.UNAUTHENTICATED:
      return say('your credentials are not accepted', SIGN_IN);
    case status.INVALID_ARGUMENT:
      return new UsageError(`Cloud Scheduler refuses it: ${said}`, { cause: error });
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
      return local
        ? say(
            `the local Cloud Scheduler at ${local.schedulerAddress} does not answer; is npm start still running?`,
            'npm start',
          )
        : say(
            'Cloud Scheduler does not answer; check the network, a proxy (https_proxy) or a VPN, then try again',
          );
    default:
      return say(`Cloud Scheduler failed for ${jobName}`);
  }
}
