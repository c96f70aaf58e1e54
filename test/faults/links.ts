import { createClosers } from '../../tools/local/closers.ts';
import type { LocalCloud } from '../../tools/local/cloud/local-cloud.ts';
import type { BackendFront } from './backend-front.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { type IdentityFront, startIdentityFront } from './identity-front.ts';

/** A link from the programs to a backend, or from one program to the next. */
export type LinkName = 'trace' | 'otlp' | 'storage' | 'metadata' | Called;
type Called = 'client' | 'server';

type Links = Readonly<{
  links: Readonly<Record<LinkName, FaultProxy>>;
  fronts: Readonly<Partial<Record<Called, IdentityFront>>>;
  /** As its caller is told: `host:port`, or an https:// origin. */
  addressOf(program: Called): string;
  /** Where the program listens now. */
  target(program: Called, port: number): void;
  close(): Promise<void>;
}>;

/** A fault proxy on each way, and with `identity` a front before client and server. */
export async function startLinks(options: {
  cloud: LocalCloud;
  backends: Readonly<Record<'storage' | 'metadata', BackendFront>>;
  identity: boolean;
}): Promise<Links> {
  const { cloud, backends, identity } = options;
  const closers = createClosers();
  const link = async (target = 0) => {
    const proxy = await startFaultProxy(target);
    closers.add(proxy.close);
    return proxy;
  };
  const links = {
    trace: await link(portOf(cloud.traceWriteAddress)),
    otlp: await link(portOf(cloud.otlpOrigin)),
    storage: await link(backends.storage.port),
    metadata: await link(backends.metadata.port),
    server: await link(),
    client: await link(),
  };
  const addressOf = (program: Called) =>
    identity ? `https://localhost:${links[program].port}` : links[program].host;
  const fronts: Partial<Record<Called, IdentityFront>> = {};
  for (const program of identity ? (['client', 'server'] as const) : []) {
    const front = await startIdentityFront({
      cloud,
      program,
      audience: addressOf(program),
      invokers: [cloud.serviceAccount('faults')],
    });
    closers.add(front.close);
    links[program].target(front.port);
    fronts[program] = front;
  }
  return {
    links,
    fronts,
    addressOf,
    target: (program, port) => (fronts[program] ?? links[program]).target(port),
    close: closers.closeAll,
  };
}

export const portOf = (address: string): number => Number(/:(\d+)\/?$/.exec(address)?.[1]);
