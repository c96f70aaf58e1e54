import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { GoogleAuth } from 'google-auth-library';
import { AppError } from './errors.ts';
import { until, within } from './telemetry/deadline.ts';

export type Identity = Readonly<{
  /** An ID token for the audience, good for a minute at least. */
  getIdToken(signal?: AbortSignal): Promise<string>;
  /**
   * The token was rejected (HTTP 401, UNAUTHENTICATED): the next call fetches another. False where
   * that has been done in the last minute already, so that a caller that is not permitted does not
   * fetch a token for each of its requests. But true for what was sent before that (epoch
   * milliseconds): it had the token that is gone.
   */
  discardToken(sentAtMs?: number): boolean;
}>;

type Token = Readonly<{ value: string; expiresAtMs: number }>;

const REFRESH_BEFORE_EXPIRY_MS = 5 * 60_000;
const LEAST_VALIDITY_MS = 60_000;
const DISCARD_AT_MOST_EVERY_MS = 60_000;

/**
 * ID tokens of this program's own service account for one audience (the origin of the service
 * called, as Cloud Run checks it). Calls that need a token at once share one fetch; each waits at
 * most `timeoutMs`. A token that is still valid is used, without waiting, while the next is fetched:
 *
 *     fetched                      5 min before expiry     1 min before       expiry
 *     |......... serves .................|.. serves, is refreshed ..|.. calls wait ..|
 */
export function createIdentity(
  audience: string,
  options: {
    timeoutMs?: number;
    now?: () => number;
    fetchIdToken?: (audience: string) => Promise<string>;
  } = {},
): Identity {
  const { timeoutMs = 5_000, now = Date.now, fetchIdToken = createFetch() } = options;
  let token: Token | undefined;
  let flight: Promise<Token> | undefined;
  let discardedAtMs = Number.NEGATIVE_INFINITY;

  const fetchToken = async (): Promise<Token> => {
    // Token fetches make no spans: they are not part of the request's story, and rare.
    const value = await context.with(suppressTracing(context.active()), () =>
      fetchIdToken(audience),
    );
    return { value, expiresAtMs: expiryOf(value) };
  };

  const refresh = (): Promise<Token> => {
    if (flight) return flight;
    const mine = within(timeoutMs, fetchToken);
    flight = mine;
    const done = () => {
      // A fetch that hangs is given up: the next call begins another.
      if (flight === mine) flight = undefined;
    };
    mine.then((fresh) => {
      token = fresh;
      done();
    }, done);
    return mine;
  };

  return {
    async getIdToken(signal) {
      signal?.throwIfAborted();
      const validMs = token ? token.expiresAtMs - now() : 0;
      if (token && validMs > LEAST_VALIDITY_MS) {
        // If that fails, the next call tries again; it is an error only once the token has expired.
        if (validMs <= REFRESH_BEFORE_EXPIRY_MS) refresh().catch(() => {});
        return token.value;
      }
      try {
        return (await (signal ? until(refresh(), signal) : refresh())).value;
      } catch (error) {
        if (signal?.aborted) throw error;
        throw new AppError('unavailable', 'could not obtain an ID token', {
          cause: error,
        });
      }
    },

    discardToken(sentAtMs = Number.POSITIVE_INFINITY) {
      const isRecent = now() - discardedAtMs < DISCARD_AT_MOST_EVERY_MS;
      if (isRecent) return sentAtMs <= discardedAtMs;
      discardedAtMs = now();
      token = undefined;
      return true;
    },
  };
}

function createFetch(): (audience: string) => Promise<string> {
  let auth: Promise<GoogleAuth> | undefined;
  return async (audience) => {
    auth ??= import('./google-auth.ts').then((module) => new module.GoogleAuth());
    const client = await (await auth).getIdTokenClient(audience);
    return client.idTokenProvider.fetchIdToken(audience);
  };
}

/** The `exp` claim in ms. The token is our own, fresh from its issuer: nothing to verify. */
function expiryOf(token: string): number {
  // A proxy's page, or bytes that no header can carry, would fail each call in words of node's.
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) throw new Error('the answer is not an ID token');
  const payload: unknown = JSON.parse(
    Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8') || 'null',
  );
  const exp = payload !== null && typeof payload === 'object' && 'exp' in payload && payload.exp;
  if (typeof exp !== 'number') throw new Error('the ID token holds no expiry time (claim exp)');
  return exp * 1000;
}
