import type { IncomingMessage, RequestOptions } from 'node:http';

/**
 * What makes no spans: health checks, which a platform sends every few seconds, and the fetches of
 * metadata and tokens, which happen inside requests but are no part of what they do.
 */

/** /_healthz is the codelab's name, kept for GKE; Cloud Run's front end keeps ...z for itself. */
const HEALTH_PATHS: ReadonlySet<string> = new Set(['/health', '/_healthz', '/ready']);

/** instrumentation-grpc's names of grpc.health.v1's methods, on both sides. */
const HEALTH_SPANS = 'grpc.grpc.health.v1.Health/';

/** Google's token endpoints, called by google-auth-library outside and inside Google Cloud. */
const TOKEN_HOSTS: ReadonlySet<string> = new Set([
  'accounts.google.com',
  'iamcredentials.googleapis.com',
  'oauth2.googleapis.com',
  'sts.googleapis.com',
]);

export function isHealthPath(path: string | null | undefined): boolean {
  return HEALTH_PATHS.has(path?.split('?', 1)[0] ?? '');
}

export function isHealthSpan(name: string): boolean {
  return name.startsWith(HEALTH_SPANS);
}

export function isUntracedIncoming(request: Pick<IncomingMessage, 'url'>): boolean {
  return isHealthPath(request.url);
}

type Outgoing = RequestOptions & { pathname?: string };

export function isUntracedOutgoing(request: Outgoing): boolean {
  return isLookup(request) || isHealthPath(request.path ?? request.pathname);
}

/** A fetch of metadata or of a token. */
export function isLookup(request: Outgoing): boolean {
  const path = request.path ?? request.pathname;
  // The path, not the host, tells the metadata server: it has three hosts, and a configurable one.
  if (path?.startsWith('/computeMetadata/')) return true;
  return TOKEN_HOSTS.has((request.hostname ?? request.host ?? '').replace(/:\d+$/, ''));
}
