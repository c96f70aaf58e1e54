import { grantCommand, refusalOf, SIGN_IN, YOU } from '../../cli/google-refusals.ts';
import type { Finding } from './check.ts';
import { ApiError, CredentialsError } from './google-api.ts';
import type { PreflightOptions } from './options.ts';

/** What kept a check from being made, and the command that fixes it. */
export function explain(error: unknown, { projectId }: PreflightOptions): Finding {
  const said = error instanceof Error ? error.message : String(error);
  if (error instanceof CredentialsError) {
    return { text: `no usable credentials: ${said}`, cure: SIGN_IN };
  }
  const refusal = refusalOf(said, projectId);
  if (refusal) return { ...refusal, text: `${refusal.text}: ${said}` };
  // Cloud Trace's own client says so of itself.
  if (/roles\/cloudtrace\.user/.test(said)) {
    return {
      text: `${said}; ${BY_WHOM}`,
      cure: grantCommand(projectId, YOU, 'roles/cloudtrace.user'),
    };
  }
  if (!(error instanceof ApiError)) {
    return {
      text: `could not be asked: ${said}`,
      cure: 'check the network, a proxy (https_proxy) or a VPN, and run the preflight again',
    };
  }
  if (error.status === 401) {
    return { text: `your credentials are not accepted: ${said}`, cure: SIGN_IN };
  }
  if (error.status === 403) {
    // Some services name the permission that was refused, others only say that one was.
    const role = /getIamPolicy\b/.test(`${error.path} ${said}`)
      ? 'roles/iam.securityReviewer'
      : 'roles/viewer';
    return {
      text: `permission denied: ${said}; ${BY_WHOM}`,
      cure: grantCommand(projectId, YOU, role),
    };
  }
  return {
    text: `Google answered ${error.status}: ${said}`,
    cure: 'run the preflight again; if it stays so, see https://status.cloud.google.com',
  };
}

const BY_WHOM = 'somebody who may grant roles must run the fix';
