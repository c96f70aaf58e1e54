import { connect, createServer, type Socket } from 'node:net';

export type Forward = Readonly<{ port: number; close(): Promise<void> }>;

/** Passes every connection on to another address of this machine, byte by byte. */
export async function forwardPort(
  from: Readonly<{ host: string; port: number }>,
  to: Readonly<{ host: string; port: number }>,
): Promise<Forward> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket, other: Socket) => {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
    // 'close' follows, and ends the other side
    socket.on('error', () => {});
  };
  const server = createServer((incoming) => {
    const outgoing = connect(to);
    keep(incoming, outgoing);
    keep(outgoing, incoming);
    incoming.pipe(outgoing).pipe(incoming);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(from, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : from.port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
