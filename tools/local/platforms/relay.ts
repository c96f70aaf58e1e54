import { connect, createServer, type Socket } from 'node:net';
import type { Exit, Program } from './program.ts';

/**
 * Stands for a program that somebody else starts: what arrives at its port goes to that program's
 * address and back. It has no process here, so its pid is 0, nothing stops its CPU, and its end is
 * this relay's alone.
 */
export function startRelay(options: { port: number; to: { host: string; port: number } }): Program {
  const { port, to } = options;
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Either side may reset at any time; 'close' follows and ends the other one.
    socket.on('error', () => {});
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (caller) => {
    track(caller);
    const program = connect({ ...to, allowHalfOpen: true, noDelay: true });
    track(program);
    caller.once('close', () => program.destroy());
    program.once('close', () => caller.destroy());
    caller.pipe(program).pipe(caller);
  });
  const { promise: exited, resolve } = Promise.withResolvers<Exit>();
  let isAlive = true;
  const end = () => {
    if (!isAlive) return;
    isAlive = false;
    server.close(() => resolve({ code: 0, signal: null }));
    for (const socket of sockets) socket.destroy();
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
