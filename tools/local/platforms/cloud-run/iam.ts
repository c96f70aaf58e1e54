import type { TokenIssuer } from '../../cloud/identity/tokens.ts';
import type { ProgramName } from '../platform.ts';
import { FORBIDDEN, type Refusal, UNAUTHORIZED } from './refusal.ts';

export type Caller = ProgramName | 'scheduler';

/** Who has roles/run.invoker on which service: one caller per edge, as terraform/ grants it. */
export const INVOKERS: Readonly<Record<ProgramName, readonly Caller[]>> = {
  loadgen: ['scheduler'],
  client: ['loadgen'],
  server: ['client'],
};

/**
 * Checks the ID token of one request; undefined where the request may pass. As on Cloud Run, a
 * request without a token gets 403, one with an invalid token 401, and one whose valid token belongs
 * to an account without the role gets 403.
 */
export async function checkInvoker(options: {
  authorization: string | undefined;
  /** Origin of the service. */
  audience: string;
  invokers: readonly string[];
  tokens: Pick<TokenIssuer, 'verifyIdToken'>;
}): Promise<Refusal | undefined> {
  const { authorization, audience, invokers, tokens } = options;
  if (authorization === undefined) return FORBIDDEN('the request has no Authorization header');
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (token === undefined) return UNAUTHORIZED('the Authorization header is not a Bearer token');
  try {
    const { email } = await tokens.verifyIdToken(token, audience);
    if (invokers.includes(email)) return undefined;
    return FORBIDDEN(`${email} does not have roles/run.invoker on ${audience}`);
  } catch (error) {
    return UNAUTHORIZED((error as Error).message);
  }
}

/** The container sees the caller, but gets no token that it could use in the caller's name. */
export function removeSignature(authorization: string): string {
  return authorization.replace(
    /^(Bearer +[^.\s]+\.[^.\s]+)\.[^.\s]+$/i,
    '$1.SIGNATURE_REMOVED_BY_GOOGLE',
  );
}
