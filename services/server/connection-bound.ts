import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/**
 * Closes each connection to `port` that comes while there are `maxConnections`, and returns what ends
 * that. A gRPC server takes any number of them and does not hand out the socket that it listens on,
 * so they are found through node's own channel.
 */
export function boundConnections(port: number, maxConnections: number): () => void {
  let open = 0;
  const onSocket = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    if (socket.localPort !== port) return;
    if (open >= maxConnections) {
      socket.destroy();
      return;
    }
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
  };
  subscribe('net.server.socket', onSocket);
  return () => void unsubscribe('net.server.socket', onSocket);
}
