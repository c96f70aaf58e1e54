import { grantCommand, refusalOf, SIGN_IN, YOU } from '../../cli/google-refusals.ts';
import type { Finding } from './check.ts';
import { ApiError, CredentialsError } from './google-api.ts';
import type { PreflightOptions } from './options.ts';

/** Why a check could not be made, and the command that fixes it. */
export function explain(error: unknown, { projectId }: PreflightOptions): Finding {
  const said = error instanceof Error ? error.message : String(error);
  if (error instanceof CredentialsError) {
    return { text: `no usable credentials: ${said}`, fix: SIGN_IN };
  }
  const refusal = refusalOf(said, projectId);
  if (refusal) return { text: `${refusal.text}: ${said}`, fix: refusal.fix };
  // Cloud Trace's own client says so of itself.
  if (/roles\/cloudtrace\.user/.test(said)) {
    return {
      text: `${said}; ${BY_WHOM}`,
      fix: grantCommand(projectId, YOU, 'roles/cloudtrace.user'),
    };
  }
  if (!(error instanceof ApiError)) {
    return {
      text: `no answer from Google: ${said}`,
      fix: 'check the network, the proxy (https_proxy) and the VPN, and run the preflight again',
    };
  }
  if (error.status === 401) {
    return { text: `Google rejects your credentials: ${said}`, fix: SIGN_IN };
  }
  if (error.status === 403) {
    // Some services name the permission that was refused, others only say that one was.
    const role = /getIamPolicy\b/.test(`${error.path} ${said}`)
      ? 'roles/iam.securityReviewer'
      : 'roles/viewer';
    return {
      text: `permission denied: ${said}; ${BY_WHOM}`,
      fix: grantCommand(projectId, YOU, role),
    };
  }
  return {
    text: `Google answered ${error.status}: ${said}`,
    fix: 'run the preflight again; if the answer stays the same, see https://status.cloud.google.com',
  };
}

const BY_WHOM = 'someone who can grant roles must run the command';
