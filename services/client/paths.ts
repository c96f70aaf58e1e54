import type { FastifyRequest } from 'fastify';

/** `/_healthz` is the codelab's; Cloud Run reserves paths that end in z, GKE does not. */
export const PROBES: readonly string[] = ['/health', '/_healthz', '/ready'];

export function isProbe(request: FastifyRequest): boolean {
  return PROBES.includes(pathOf(request));
}

export function pathOf(request: FastifyRequest): string {
  const { url } = request;
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
