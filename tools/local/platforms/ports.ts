import { createServer } from 'node:net';

/**
 * Ports for the programs are below the range that systems use for outgoing connections (Linux from
 * 32768, macOS from 49152): no such connection can take the port before the program listens on it.
 */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const ATTEMPTS = 200;

/** Reserved by this process; a program may be about to listen on it. */
const taken = new Set<number>();

/** A port that nobody listens on; `release` it when its program has ended. `draw`: 0 to below 1. */
export async function reservePort(
  draw: () => number = Math.random,
): Promise<{ port: number; release(): void }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = LOWEST + Math.floor(draw() * (HIGHEST - LOWEST));
    if (taken.has(port)) continue;
    taken.add(port);
    // A program may listen on every interface, or on loopback alone.
    if ((await isFree(port, undefined)) && (await isFree(port, '127.0.0.1'))) {
      return { port, release: () => taken.delete(port) };
    }
    taken.delete(port);
  }
  throw new Error(`no free port between ${LOWEST} and ${HIGHEST} in ${ATTEMPTS} attempts`);
}

function isFree(port: number, host: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () =>
      server.close(() => resolve(true)),
    );
  });
}
