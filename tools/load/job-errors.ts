import { status } from '@grpc/grpc-js';
import { UsageError } from '../command-line.ts';
import type { Target } from './target.ts';

/** An error of Cloud Scheduler as what to do about it; the cause stays attached. */
export function explainJobError(error: unknown, target: Target): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const { projectId, region, jobName, local } = target;
  const code = 'code' in error ? Number(error.code) : Number.NaN;
  const details = 'details' in error && error.details ? String(error.details) : error.message;
  // The client appends every attempt that it made before.
  const said = details.replace(/\s*before any response was received.*$/s, '').slice(0, 400);
  const say = (text: string) =>
    new Error(`${text}\n  (Cloud Scheduler: ${said})`, { cause: error });

  if (/default credentials|invalid_grant|reauth/i.test(error.message)) {
    return say('no usable credentials. Sign in with: gcloud auth application-default login');
  }
  switch (code) {
    case status.NOT_FOUND:
      return say(
        local
          ? `there is no job ${jobName} in the local system. Start it again: npm start`
          : `there is no job ${jobName}. Deploy it with: terraform -chdir=terraform apply -var image_tag=TAG; ` +
              `see what there is with: gcloud scheduler jobs list --project ${projectId} --location ${region}`,
      );
    case status.PERMISSION_DENIED:
      if (/SERVICE_DISABLED|has not been used|is disabled/i.test(error.message)) {
        return say(
          `Cloud Scheduler is not enabled in ${projectId}. Enable it with: ` +
            `gcloud services enable cloudscheduler.googleapis.com --project ${projectId}`,
        );
      }
      return say(
        `you may not control ${jobName}. Somebody who may must run: gcloud projects add-iam-policy-binding ` +
          `${projectId} --member user:YOU --role roles/cloudscheduler.admin`,
      );
    case status.UNAUTHENTICATED:
      return say(
        'your credentials are not accepted. Sign in: gcloud auth application-default login',
      );
    case status.INVALID_ARGUMENT:
      return new UsageError(`Cloud Scheduler refuses it: ${said}`, { cause: error });
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
      return say(
        local
          ? `the local Cloud Scheduler at ${local.schedulerAddress} does not answer. Is npm start still running?`
          : 'Cloud Scheduler does not answer. Check the network, a proxy (https_proxy) or a VPN, then try again',
      );
    default:
      return say(`Cloud Scheduler failed for ${jobName}`);
  }
}
