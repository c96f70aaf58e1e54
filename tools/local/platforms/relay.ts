import { forwardConnections } from './connections.ts';
import type { Exit, Program } from './program.ts';

/**
 * Stands for a program that somebody else starts: what arrives at its port goes to that program's
 * address and back. It has no process here, so its pid is 0, nothing stops its CPU, and its end is
 * this relay's alone.
 */
export function startRelay(options: { port: number; to: { host: string; port: number } }): Program {
  const { port, to } = options;
  const { server, close } = forwardConnections({ target: () => to });
  const { promise: exited, resolve } = Promise.withResolvers<Exit>();
  let isAlive = true;
  const end = () => {
    if (!isAlive) return;
    isAlive = false;
    void close().then(() => resolve({ code: 0, signal: null }));
  };
  // A port that somebody took in the meantime: the probe fails, and says on which port.
  server.on('error', () => {});
  server.listen({ port, host: '127.0.0.1' });
  return {
    pid: 0,
    exited,
    isAlive: () => isAlive,
    freeze() {},
    thaw() {},
    isFrozen: () => false,
    kill: end,
    spanCounts: () => undefined,
    lastLines: () => [],
    async stop() {
      end();
      return exited;
    },
  };
}
