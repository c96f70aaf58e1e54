import { z } from 'zod';
import { type Beside, text } from './environment.ts';

/**
 * Plain text that leaves the machine is refused where it carries a credential, and on Cloud Run in
 * any case: there everything is reached by TLS, so a plain-text address is a mistake that sends
 * requests without proof of who sends them. A pod's calls within its cluster are plain text, and
 * network policies guard them.
 */
export const plainTextVariables = {
  K_SERVICE: text('the name of a Cloud Run service')
    .optional()
    .describe(
      'Set by Cloud Run. Where it is set, a plain-text address is refused: `host:port` or `http://`',
    ),
  ALLOW_PLAINTEXT_UPSTREAM: z
    .stringbool({ error: 'true or false' })
    .default(false)
    .describe(
      '`true` takes plain-text addresses on Cloud Run too, and sends credentials to `http://` endpoints on other machines',
    ),
};

type Values = Parameters<Beside>[1];

const PERMIT = '; or set ALLOW_PLAINTEXT_UPSTREAM=true';

/** For the address of client or server. */
export const besidePlainService: Beside = (value, all) =>
  isPlainOnCloudRun((value as { tls: boolean }).tls, all)
    ? `on Cloud Run https://host[:port], TLS with an ID token${PERMIT}`
    : undefined;

/** For a URL. `hasCredentials` says whether requests to it carry a secret. */
export function besidePlainUrl(hasCredentials: (all: Values) => boolean): Beside {
  return (value, all) => {
    const { protocol, hostname } = new URL(String(value));
    // A sidecar: the request stays on the machine.
    const safe = protocol === 'https:' || isLoopback(hostname);
    if (isPlainOnCloudRun(safe, all)) {
      return `on Cloud Run https://, or http:// to loopback${PERMIT}`;
    }
    if (safe || all.ALLOW_PLAINTEXT_UPSTREAM === true || !hasCredentials(all)) return undefined;
    return `https://, or http:// to loopback, because requests to it carry a credential${PERMIT}`;
  };
}

function isPlainOnCloudRun(tls: boolean, all: Values): boolean {
  return !tls && all.K_SERVICE !== undefined && all.ALLOW_PLAINTEXT_UPSTREAM !== true;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
