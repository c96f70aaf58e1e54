import { GoogleError } from '../google-status.ts';
import type { TokenIssuer } from './tokens.ts';

const UNAUTHENTICATED =
  'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.';

/**
 * The account of an `Authorization: Bearer` access token. UNAUTHENTICATED where it is missing or
 * was not issued here, in the words of the real services.
 */
export function authenticate(tokens: TokenIssuer, authorization: string | undefined): string {
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw new GoogleError('UNAUTHENTICATED', UNAUTHENTICATED);
  try {
    return tokens.verifyAccessToken(token).email;
  } catch (error) {
    throw new GoogleError('UNAUTHENTICATED', `${UNAUTHENTICATED} (${(error as Error).message})`);
  }
}

/**
 * Whether the account may use the project. Stands for IAM: every service account of the project
 * has the roles that the deployment would give it, any other account has none.
 */
export function authorize(email: string, projectId: string): void {
  if (!email.endsWith(`@${projectId}.iam.gserviceaccount.com`)) {
    throw new GoogleError('PERMISSION_DENIED', 'The caller does not have permission');
  }
}
