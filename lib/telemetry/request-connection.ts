import type { ClientRequest } from 'node:http';

/**
 * Whether the request has a connection, TLS included. Before that nothing of it was sent; from then on
 * it may have reached the other side. Call this before the request is ended.
 */
export function watchConnection(request: ClientRequest): () => boolean {
  let isConnected = false;
  request.on('socket', (socket) => {
    if (!socket.connecting) isConnected = true;
    else {
      const ready = request.protocol === 'https:' ? 'secureConnect' : 'connect';
      socket.once(ready, () => (isConnected = true));
    }
  });
  return () => isConnected;
}
