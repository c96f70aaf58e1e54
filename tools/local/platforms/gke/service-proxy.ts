import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Clock } from '../../../../lib/clock.ts';

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
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Either side may reset at any time; 'close' follows and ends the other one.
    socket.on('error', () => {});
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (caller) => {
    track(caller);
    const port = endpoints[turn++ % endpoints.length];
    if (port === undefined) {
      caller.resetAndDestroy();
      return;
    }
    const pod = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
    track(pod);
    caller.once('close', () => pod.destroy());
    pod.once('close', () => caller.destroy());
    passOn(caller, pod, options.addedLatencyMs, options.clock);
    pod.pipe(caller);
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
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
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
