import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '../../../../lib/clock.ts';
import { forwardConnections } from '../connections.ts';

/** A Kubernetes Service: one address that stays while the pods behind it come and go. */
export type ServiceProxy = Readonly<{
  /** 127.0.0.1:PORT, plain text. */
  address: string;
  /** Ports of the ready pods. Open connections stay where they are, as with kube-proxy. */
  setEndpoints(ports: readonly number[]): void;
  close(): Promise<void>;
}>;

/** Forwards TCP connections, one pod each, in turn. Does not look at HTTP. */
export async function startServiceProxy(options: {
  addedLatencyMs: number;
  clock: Clock;
}): Promise<ServiceProxy> {
  let endpoints: readonly number[] = [];
  let turn = 0;
  const { server, close } = forwardConnections({
    target() {
      const port = endpoints[turn++ % endpoints.length];
      return port === undefined ? undefined : { host: '127.0.0.1', port };
    },
    passOn: (caller, pod) => passOn(caller, pod, options.addedLatencyMs, options.clock),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    setEndpoints(ports) {
      endpoints = [...ports];
    },
    close,
  };
}

/** Towards the pod only, every chunk by the same time: a request arrives later by that time. */
function passOn(from: Socket, to: Socket, delayMs: number, clock: Clock): void {
  if (delayMs === 0) {
    from.pipe(to);
    return;
  }
  from.on('data', (chunk) => clock.after(delayMs, () => to.writable && to.write(chunk)));
  from.once('end', () => clock.after(delayMs, () => to.end()));
}
