import type { LocalCloud } from '../../tools/local/cloud/local-cloud.ts';
import { forward, refuse } from '../../tools/local/platforms/cloud-run/forward.ts';
import { checkInvoker, removeSignature } from '../../tools/local/platforms/cloud-run/iam.ts';
import { startListener } from '../../tools/local/platforms/cloud-run/listener.ts';
import { UNAUTHORIZED, UNAVAILABLE } from '../../tools/local/platforms/cloud-run/refusal.ts';
import {
  createHttp1Upstream,
  createHttp2Upstream,
  type Upstream,
} from '../../tools/local/platforms/cloud-run/upstream.ts';

/** What stands before a program on Cloud Run: TLS, and a check of the caller's ID token. */
export type IdentityFront = Readonly<{
  port: number;
  /** The program's own port, once it listens. */
  target(port: number): void;
  /** Rejects the token that the next request brings, from then on, as one that was revoked. */
  rejectOnce(): void;
  /** Requests refused, by the HTTP status that they got. */
  refused(): Readonly<Record<number, number>>;
  close(): Promise<void>;
}>;

export async function startIdentityFront(options: {
  cloud: LocalCloud;
  program: 'client' | 'server';
  /** Origin by which callers address it. */
  audience: string;
  invokers: readonly string[];
}): Promise<IdentityFront> {
  const { cloud, program, audience, invokers } = options;
  const refusals: Record<number, number> = {};
  let upstream: Upstream | undefined;
  let isRejecting = false;
  const revoked = new Set<string>();
  const certificate = await cloud.authority.issue(['localhost', '127.0.0.1']);
  const listener = await startListener(certificate, async (exchange) => {
    const { authorization } = exchange.headers;
    const { tokens } = cloud;
    if (isRejecting && authorization) revoked.add(authorization);
    isRejecting = false;
    const refusal = revoked.has(authorization ?? '')
      ? UNAUTHORIZED('the token was revoked')
      : await checkInvoker({ authorization, audience, invokers, tokens });
    if (refusal || !upstream) {
      const given = refusal ?? UNAVAILABLE('no program listens');
      refusals[given.status] = (refusals[given.status] ?? 0) + 1;
      return refuse(exchange, given);
    }
    const headers = {
      ...(authorization && { authorization: removeSignature(authorization) }),
      ...(exchange.isGrpc && { te: 'trailers' }),
    };
    await forward({ exchange, upstream, headers, timeout: new AbortController().signal });
  });
  return {
    port: listener.port,
    target(port) {
      upstream?.disconnect();
      upstream = program === 'server' ? createHttp2Upstream(port) : createHttp1Upstream(port);
    },
    rejectOnce() {
      isRejecting = true;
    },
    refused: () => refusals,
    async close() {
      upstream?.disconnect();
      await listener.close();
    },
  };
}
