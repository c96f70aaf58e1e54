import { createServer, type Server } from 'node:net';

/**
 * Ports for the programs are below the range that systems use for outgoing connections (Linux from
 * 32768, macOS from 49152): no such connection can take the port before the program listens on it.
 *
 *     20000 … 25999   the programs' ports
 *     26000 … 31999   their locks, each LOCK_OFFSET above its port
 */
const LOWEST = 20_000;
const LOCK_OFFSET = 6_000;
const ATTEMPTS = 200;

/**
 * A port that nobody listens on; `release` it when its program has ended. `draw`: 0 to below 1.
 *
 * A program takes seconds to start on a busy machine, and its port looks free until then. Another
 * local system that drew the same one would take this program for its own: it would answer the
 * probes and run the other's load, into this one's traces. So this process listens on the port's
 * lock meanwhile, which no other can take, and which ends with the process however that ends.
 */
export async function reservePort(
  draw: () => number = Math.random,
): Promise<{ port: number; release(): void }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = LOWEST + Math.floor(draw() * LOCK_OFFSET);
    const lock = await listen(port + LOCK_OFFSET, '127.0.0.1');
    if (lock === undefined) continue;
    // A program may listen on every interface, or on loopback alone.
    if ((await isFree(port, undefined)) && (await isFree(port, '127.0.0.1'))) {
      lock.unref();
      return { port, release: () => void lock.close() };
    }
    lock.close();
  }
  throw new Error(
    `no free port between ${LOWEST} and ${LOWEST + LOCK_OFFSET} in ${ATTEMPTS} attempts`,
  );
}

async function isFree(port: number, host: string | undefined): Promise<boolean> {
  const server = await listen(port, host);
  if (server === undefined) return false;
  return new Promise((resolve) => server.close(() => resolve(true)));
}

/** undefined where somebody listens there already. */
function listen(port: number, host: string | undefined): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => resolve(server));
  });
}
