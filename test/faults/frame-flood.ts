import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { CALL, frame, literal, PING, PREFACE, resetCall, SETTINGS, TYPE } from './raw-frames.ts';
import { until } from './strikes.ts';

/** Frames that cost the sender little: the nth of a connection. */
export type Flood = Readonly<{ name: string; frame(n: number): Buffer }>;

const after = (first: Buffer, next: Buffer) => (n: number) => (n === 0 ? first : next);

/** What a server has to answer, or to remember. */
export const FLOODS: readonly Flood[] = [
  { name: 'rapid reset', frame: (n) => resetCall(1 + 2 * n) },
  { name: 'PING', frame: () => PING },
  { name: 'SETTINGS', frame: () => SETTINGS },
  {
    name: 'CONTINUATION',
    frame: after(
      frame(TYPE.headers, 0, 1, CALL),
      frame(TYPE.continuation, 0, 1, literal('name', 'v'.repeat(100))),
    ),
  },
  {
    name: 'empty DATA',
    frame: after(frame(TYPE.headers, 4, 1, CALL), frame(TYPE.data, 0, 1, Buffer.alloc(0))),
  },
  { name: 'calls without an end', frame: (n) => frame(TYPE.headers, 4, 1 + 2 * n, CALL) },
];

/** So many that the buffers between the two are full, and a server reads a thousand at a time. */
const FRAMES_A_WRITE = 10_000;
const WRITES = 5;

/**
 * Sends a flood on so many connections at once. Every second one leaves the answers unread until all
 * is sent. Resolves when the server has closed all of them, to the most frames that one has sent.
 */
export async function sendFlood(port: number, flood: Flood, connections: number): Promise<number> {
  const writes: Buffer[] = [];
  for (let first = 0; writes.length < WRITES; first += FRAMES_A_WRITE) {
    const frames = Array.from({ length: FRAMES_A_WRITE }, (_, index) => flood.frame(first + index));
    writes.push(Buffer.concat(frames));
    // The links of the other callers are in this process.
    await setImmediate();
  }
  const sent = await Promise.all(
    Array.from({ length: connections }, (_, index) =>
      sendOne({ port, name: flood.name, writes, reads: index % 2 === 0 }),
    ),
  );
  return Math.max(...sent);
}

async function sendOne(options: {
  port: number;
  name: string;
  writes: readonly Buffer[];
  reads: boolean;
}): Promise<number> {
  const { port, name, writes, reads } = options;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const closed = new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
  if (reads) socket.resume();
  socket.write(Buffer.concat([PREFACE, SETTINGS]));
  let sent = 0;
  for (const bytes of writes) {
    if (socket.destroyed) break;
    sent += FRAMES_A_WRITE;
    await Promise.race([new Promise((resolve) => socket.write(bytes, resolve)), closed]);
  }
  // Unread answers hide the end of the connection.
  socket.resume();
  try {
    await until(`server closes a connection with ${sent} ${name}`, () => socket.closed);
  } finally {
    socket.destroy();
  }
  return sent;
}
