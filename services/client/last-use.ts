import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { endsWithin } from '../../lib/telemetry/deadline.ts';

/**
 * A caller may send on a connection that is kept alive at the very moment when a stopping server
 * closes it. It then sees a reset, and cannot know whether its request was taken. So connections stay
 * open for one more request, whose answer says that the connection ends. Returns what waits until the
 * last one is closed, and no longer than `lastUseMs`.
 */
export function awaitLastUse(server: Server, lastUseMs: number): () => Promise<void> {
  const open = new Set<Socket>();
  const { promise: noneLeft, resolve } = Promise.withResolvers<void>();
  let isStopping = false;
  const check = () => {
    if (isStopping && open.size === 0) resolve();
  };
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      check();
    });
  });
  return async () => {
    isStopping = true;
    check();
    await endsWithin(lastUseMs, () => noneLeft);
  };
}
