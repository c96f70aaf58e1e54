import type { LocalCloud } from '../../local/cloud/local-cloud.ts';
import type { Exchange } from '../../local/platforms/cloud-run/exchange.ts';
import { forward, refuse } from '../../local/platforms/cloud-run/forward.ts';
import { checkInvoker } from '../../local/platforms/cloud-run/iam.ts';
import { startListener } from '../../local/platforms/cloud-run/listener.ts';
import { UNAVAILABLE } from '../../local/platforms/cloud-run/refusal.ts';
import type { Upstream } from '../../local/platforms/cloud-run/upstream.ts';
import type { ProgramName } from '../../local/platforms/platform.ts';

export type SecureCloud = Pick<
  LocalCloud,
  'authority' | 'tokens' | 'serviceAccount' | 'startMetadataServer'
>;

/** What stands before a stand-in on Cloud Run: TLS, and the check of ID tokens. */
export type SecureFront = Readonly<{
  /** https://localhost:PORT, which is the audience of its tokens too. */
  origin: string;
  /** Calls that came in, and why some of them were refused. */
  calls(): number;
  refusals(): readonly string[];
  /** Why TLS was not agreed on. */
  failures(): readonly string[];
  close(): Promise<void>;
}>;

/** The stand-in behind it answers at once, and closing the front ends what is open. */
const { signal: NEVER } = new AbortController();

export async function startSecureFront(options: {
  cloud: SecureCloud;
  /** The program that calls. */
  caller: ProgramName;
  upstream: Upstream;
}): Promise<SecureFront> {
  const { cloud, caller, upstream } = options;
  const refusals: string[] = [];
  const failures: string[] = [];
  let calls = 0;
  const handle = async (exchange: Exchange): Promise<void> => {
    calls += 1;
    const refusal = await checkInvoker({
      authorization: exchange.headers.authorization,
      audience: origin,
      invokers: [cloud.serviceAccount(caller)],
      tokens: cloud.tokens,
    });
    if (refusal) {
      refusals.push(refusal.reason);
      return refuse(exchange, refusal);
    }
    // gRPC's servers ask for it, and it goes no further than one connection.
    const headers = exchange.isGrpc ? { te: 'trailers' } : {};
    await forward({ exchange, upstream, headers, timeout: NEVER });
  };
  const listener = await startListener(
    await cloud.authority.issue(['localhost', '127.0.0.1', '::1']),
    (exchange) => {
      handle(exchange).catch((error: Error) => refuse(exchange, UNAVAILABLE(error.message)));
    },
    (error) => failures.push(error.code ?? error.message),
  );
  const origin = `https://localhost:${listener.port}`;
  return {
    origin,
    calls: () => calls,
    refusals: () => refusals,
    failures: () => failures,
    async close() {
      upstream.disconnect();
      await listener.close();
    },
  };
}
