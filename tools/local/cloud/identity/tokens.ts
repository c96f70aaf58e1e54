import { createHash, randomBytes } from 'node:crypto';
import {
  createLocalJWKSet,
  errors,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  jwtVerify,
  SignJWT,
} from 'jose';
import { type Clock, systemClock } from '../../../../lib/clock.ts';

export type IdTokenRequest = Readonly<{
  email: string;
  audience: string;
  expiresInSeconds?: number;
  /** Google leaves the e-mail out of a metadata server's `format=standard` tokens on GCE and GKE. */
  withEmail?: boolean;
}>;

export type TokenIssuer = Readonly<{
  issueIdToken(request: IdTokenRequest): Promise<string>;
  /** Throws with the reason where the token was not issued here, expired, or for another audience. */
  verifyIdToken(token: string, audience: string): Promise<{ email: string }>;
  issueAccessToken(email: string): Readonly<{ token: string; expiresInSeconds: number }>;
  /** Throws with the reason where the token is unknown or expired. */
  verifyAccessToken(token: string): Readonly<{ email: string }>;
  jwks: JSONWebKeySet;
}>;

const ISSUER = 'https://accounts.google.com';
const TOKEN_SECONDS = 3_600;
/** Access tokens kept: a long run renews those of a few accounts every hour. */
const MAX_ACCESS_TOKENS = 1_000;

/** Signs the tokens of the metadata server and Cloud Scheduler, and checks those of requests. */
export async function createTokenIssuer(options: { clock?: Clock } = {}): Promise<TokenIssuer> {
  const clock = options.clock ?? systemClock;
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const kid = randomBytes(8).toString('hex');
  const jwks: JSONWebKeySet = {
    keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256', use: 'sig', kid }],
  };
  const keySet = createLocalJWKSet(jwks);
  const accessTokens = new Map<string, { email: string; expiresAtMs: number }>();
  const nowSeconds = () => Math.floor(clock.epochMs() / 1000);

  return {
    jwks,
    issueIdToken: ({ email, audience, expiresInSeconds = TOKEN_SECONDS, withEmail = true }) =>
      new SignJWT({ azp: accountId(email), ...(withEmail && { email, email_verified: true }) })
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
        .setIssuer(ISSUER)
        .setSubject(accountId(email))
        .setAudience(audience)
        .setIssuedAt(nowSeconds())
        .setExpirationTime(nowSeconds() + expiresInSeconds)
        .sign(privateKey),

    async verifyIdToken(token, audience) {
      try {
        const { payload } = await jwtVerify(token, keySet, {
          issuer: ISSUER,
          audience,
          currentDate: new Date(clock.epochMs()),
        });
        if (typeof payload.email !== 'string') throw new Error('the token names no e-mail address');
        return { email: payload.email };
      } catch (error) {
        if (error instanceof errors.JWTExpired) throw new Error('the ID token has expired');
        if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') {
          throw new Error(
            `the ID token is for the audience ${JSON.stringify(error.payload.aud)}, not ${JSON.stringify(audience)}`,
          );
        }
        throw new Error(`the ID token is not valid: ${(error as Error).message}`, { cause: error });
      }
    },

    issueAccessToken(email) {
      for (const [token, { expiresAtMs }] of accessTokens) {
        if (expiresAtMs > clock.epochMs() && accessTokens.size < MAX_ACCESS_TOKENS) break;
        accessTokens.delete(token);
      }
      const token = `ya29.local-${randomBytes(24).toString('base64url')}`;
      accessTokens.set(token, { email, expiresAtMs: clock.epochMs() + TOKEN_SECONDS * 1000 });
      // One second less, as the real metadata server says it.
      return { token, expiresInSeconds: TOKEN_SECONDS - 1 };
    },

    verifyAccessToken(token) {
      const found = accessTokens.get(token);
      if (!found) throw new Error('the access token was not issued here');
      if (found.expiresAtMs <= clock.epochMs()) throw new Error('the access token has expired');
      return { email: found.email };
    },
  };
}

/** A service account's numeric id: 21 digits, the same for the same e-mail address. */
function accountId(email: string): string {
  const digest = createHash('sha256').update(email).digest().readBigUInt64BE();
  return `1${digest.toString().padStart(20, '0')}`;
}
