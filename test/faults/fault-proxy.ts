import { once } from 'node:events';
import {
  type AddressInfo,
  createConnection,
  createServer,
  type Server,
  type Socket,
} from 'node:net';

/**
 * What a link does. A change holds for connections that are open as well as for new ones.
 *
 * - `pass`: forwards.
 * - `refuse`: nothing listens, and what was open is closed: a backend that is down.
 * - `silent`: accepts, and forwards nothing on old and new connections until it passes again, like a
 *   backend that hangs for a while.
 * - `hold`: accepts, and connects no further until it passes, like a front end without an instance.
 * - `half-open`: open connections are dead and neither side is told; new ones pass.
 * - `reset`: RST, at once where a connection is open, and with its first byte where it is new.
 * - `drip`: forwards `bytesPerSecond` towards the caller, a byte or more at a time.
 * - `cut`: resets each connection after `afterBytes` of the answer.
 */
export type LinkFault =
  | 'pass'
  | 'refuse'
  | 'silent'
  | 'hold'
  | 'half-open'
  | 'reset'
  | Readonly<{ drip: number }>
  | Readonly<{ cut: number }>;

export type FaultProxy = Readonly<{
  port: number;
  /** `127.0.0.1:PORT` */
  host: string;
  set(fault: LinkFault): Promise<void>;
  /** Where new connections go from now on. */
  target(port: number): void;
  /** Connections accepted so far, open now, and the most that were open at a time. */
  connections(): Readonly<{ accepted: number; open: number; most: number }>;
  close(): Promise<void>;
}>;

type Pair = {
  caller: Socket;
  backend: Socket;
  dead: boolean;
  answered: number;
  /** What came while the link was silent. */
  held: { to: Socket; chunk: Buffer }[];
};

/** A link between two programs on loopback, with what can happen to TCP on the way. */
export async function startFaultProxy(targetPort = 0): Promise<FaultProxy> {
  let fault: LinkFault = 'pass';
  let target = targetPort;
  let accepted = 0;
  let most = 0;
  const pairs = new Set<Pair>();
  const onHold: Socket[] = [];

  const accept = (caller: Socket) => {
    accepted += 1;
    if (fault !== 'hold') return join(caller);
    caller.on('error', () => {});
    onHold.push(caller);
  };

  const join = (caller: Socket) => {
    const backend = createConnection({ host: '127.0.0.1', port: target, noDelay: true });
    const pair: Pair = { caller, backend, dead: false, answered: 0, held: [] };
    pairs.add(pair);
    most = Math.max(most, pairs.size);
    forward(caller, backend, pair);
    forward(backend, caller, pair);
  };

  const forward = (from: Socket, to: Socket, pair: Pair) => {
    from.on('data', async (chunk: Buffer) => {
      if (pair.dead) return;
      if (fault === 'silent') return void pair.held.push({ to, chunk });
      if (fault === 'reset') return reset(pair);
      if (typeof fault === 'object' && from === pair.backend) {
        from.pause();
        await hinder(chunk, pair, fault);
        from.resume();
        return;
      }
      if (!to.write(chunk)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    });
    // The other side of a dead connection must not learn of it.
    const isCut = () => pair.dead || fault === 'silent';
    from.on('end', () => {
      // A caller that gives up is gone, whatever the link does.
      if (from === pair.caller && isCut()) from.destroy();
      else if (!isCut()) to.end();
    });
    from.on('error', () => isCut() || to.destroy());
    from.on('close', () => {
      if (from === pair.caller) to.destroy();
      if (pair.caller.destroyed) pairs.delete(pair);
    });
  };

  const hinder = async (chunk: Buffer, pair: Pair, how: { drip: number } | { cut: number }) => {
    if ('cut' in how) {
      const left = Math.max(0, how.cut - pair.answered);
      pair.answered += chunk.length;
      await written(pair.caller, chunk.subarray(0, left));
      if (chunk.length >= left) reset(pair);
      return;
    }
    const step = Math.max(1, Math.ceil(how.drip / TICKS_PER_SECOND));
    for (let at = 0; at < chunk.length && !pair.caller.destroyed; at += step) {
      // Dripping has ended in the middle of a chunk: the rest goes at once.
      const isOver = fault !== how;
      await written(pair.caller, chunk.subarray(at, isOver ? undefined : at + step));
      if (isOver) return;
      await new Promise((resolve) => setTimeout(resolve, 1_000 / TICKS_PER_SECOND));
    }
  };

  let server: Server | undefined;
  const listen = async (port: number) => {
    server = createServer({ noDelay: true, allowHalfOpen: true }, accept);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const closeListener = async () => {
    const closing = server;
    server = undefined;
    if (closing) await new Promise((resolve) => void closing.close(resolve));
  };
  const destroyAll = () => {
    for (const caller of onHold.splice(0)) caller.destroy();
    for (const { caller, backend } of pairs) {
      caller.destroy();
      backend.destroy();
    }
  };

  const port = await listen(0);
  return {
    port,
    host: `127.0.0.1:${port}`,
    async set(next) {
      fault = next;
      for (const { held } of pairs) {
        if (next === 'silent') break;
        for (const { to, chunk } of held.splice(0)) to.write(chunk);
      }
      if (next !== 'hold') for (const caller of onHold.splice(0)) join(caller);
      if (next === 'half-open') for (const pair of pairs) pair.dead = true;
      if (next === 'reset') for (const pair of pairs) reset(pair);
      if (next === 'refuse') {
        const closed = closeListener();
        destroyAll();
        await closed;
      } else if (!server) {
        await listen(port);
      }
    },
    target(next) {
      target = next;
    },
    connections: () => ({ accepted, open: pairs.size, most }),
    async close() {
      const closed = closeListener();
      destroyAll();
      await closed;
    },
  };
}

const TICKS_PER_SECOND = 20;

function reset({ caller, backend }: Pair): void {
  caller.resetAndDestroy();
  backend.destroy();
}

const written = (socket: Socket, chunk: Buffer) =>
  new Promise<void>((resolve) => {
    if (socket.destroyed || chunk.length === 0) resolve();
    else socket.write(chunk, () => resolve());
  });
