/** What a person runs to be known to Google's client libraries. */
export const SIGN_IN = 'gcloud auth application-default login';

/** The signed-in person as a member of a policy, as a shell fills it in. */
export const YOU = '"user:$(gcloud config get account)"';

/** Grants a role on the project. `member` as a shell takes it. */
export const grantCommand = (projectId: string, member: string, role: string): string =>
  `gcloud projects add-iam-policy-binding ${projectId} --condition None --member ${member} --role ${role}`;

export type Refusal = Readonly<{ text: string; fix: string }>;

/**
 * What the words of a refusal mean that Google's client libraries and every one of its APIs give
 * before they look at the request itself, and the command that fixes it; undefined for any other.
 * In this order: a call without a quota project speaks of default credentials, and counts for a
 * project of gcloud's own, whose APIs are "not enabled".
 */
export function refusalOf(
  said: string,
  projectId: string,
  /** The API that was called, for words that do not name it. */
  called?: string,
): Refusal | undefined {
  if (WITHOUT_QUOTA_PROJECT.test(said)) {
    return {
      text: 'your credentials name no quota project',
      fix: `gcloud auth application-default set-quota-project ${projectId}`,
    };
  }
  if (/default credentials|invalid_grant|invalid_rapt|reauth/i.test(said)) {
    return { text: 'no usable credentials', fix: SIGN_IN };
  }
  if (/USER_PROJECT_DENIED|does not have required permission to use project/.test(said)) {
    return {
      text: `you may not use ${projectId} as your credentials' quota project`,
      fix: grantCommand(projectId, YOU, 'roles/serviceusage.serviceUsageConsumer'),
    };
  }
  const api = /\b([a-z]+\.googleapis\.com)\b/.exec(said)?.[1] ?? called;
  if (api && /has not been used|is disabled|SERVICE_DISABLED/.test(said)) {
    return {
      text: `${api} is not enabled`,
      fix: `gcloud services enable ${api} --project ${projectId}`,
    };
  }
  return undefined;
}

/** Its words over the years; the number is of the project that gcloud's own client belongs to. */
const WITHOUT_QUOTA_PROJECT =
  /quota project, which is not set|requires a quota project|authenticat\w+ (by )?using (local Application Default|end user) Credentials|\bproject 764086051850\b/i;
