import { connect, createServer, type Server, type Socket } from 'node:net';

type Target = Readonly<{ host: string; port: number }>;

/** Passes on each TCP connection, and its end on either side. Does not look at what it carries. */
export function forwardConnections(options: {
  /** Of the next connection; it is reset where there is none. */
  target(): Target | undefined;
  /** Carries what the caller sends. */
  passOn?: (caller: Socket, to: Socket) => void;
}): Readonly<{ server: Server; close(): Promise<void> }> {
  const { target, passOn = (caller, to) => void caller.pipe(to) } = options;
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Either side may reset at any time; 'close' follows and ends the other one.
    socket.on('error', () => {});
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (caller) => {
    track(caller);
    const at = target();
    if (at === undefined) {
      caller.resetAndDestroy();
      return;
    }
    const to = connect({ ...at, allowHalfOpen: true, noDelay: true });
    track(to);
    caller.once('close', () => to.destroy());
    to.once('close', () => caller.destroy());
    passOn(caller, to);
    to.pipe(caller);
  });
  return {
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
