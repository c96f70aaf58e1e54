import type { Finding } from './check.ts';
import { ApiError, CredentialsError } from './google-api.ts';
import type { PreflightOptions } from './options.ts';

export const SIGN_IN = 'gcloud auth application-default login';

/** What kept a check from being made, and the command that cures it. */
export function explain(error: unknown, { projectId }: PreflightOptions): Finding {
  const said = error instanceof Error ? error.message : String(error);
  if (error instanceof CredentialsError) {
    return { text: `no usable credentials: ${said}`, cure: SIGN_IN };
  }
  if (!(error instanceof ApiError)) {
    return {
      text: `could not be asked: ${said}`,
      cure: 'check the network, a proxy (https_proxy) or a VPN, and run the preflight again',
    };
  }
  const disabled = /\b([a-z]+\.googleapis\.com)\b/.exec(said)?.[1];
  if (disabled && /has not been used|is disabled|SERVICE_DISABLED/.test(said)) {
    return {
      text: `${disabled} is not enabled`,
      cure: `gcloud services enable ${disabled} --project ${projectId}`,
    };
  }
  if (/requires a quota project|quota project/.test(said)) {
    return {
      text: `your credentials name no quota project: ${said}`,
      cure: `gcloud auth application-default set-quota-project ${projectId}`,
    };
  }
  if (error.status === 401) {
    return { text: `your credentials are not accepted: ${said}`, cure: SIGN_IN };
  }
  if (error.status === 403) {
    return {
      text: `you may not look: ${said}`,
      cure:
        `gcloud projects add-iam-policy-binding ${projectId} --condition None ` +
        '--member "user:$(gcloud config get account)" --role roles/viewer',
    };
  }
  return {
    text: `Google answered ${error.status}: ${said}`,
    cure: 'run the preflight again; if it stays so, see https://status.cloud.google.com',
  };
}
