import { connect } from 'node:net';
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

/**
 * Sends up to `most` frames on one connection, and reads the answers or leaves them until then. Resolves
 * when the server has closed the connection, to the number of frames until then.
 */
export async function sendFlood(options: {
  port: number;
  flood: Flood;
  most: number;
  reads: boolean;
}): Promise<number> {
  const { port, flood, most, reads } = options;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const closed = new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
  if (reads) socket.resume();
  socket.write(Buffer.concat([PREFACE, SETTINGS]));
  let sent = 0;
  while (sent < most && !socket.destroyed) {
    const frames = Array.from({ length: FRAMES_A_WRITE }, (_, index) => flood.frame(sent + index));
    sent += FRAMES_A_WRITE;
    await Promise.race([
      new Promise((resolve) => socket.write(Buffer.concat(frames), resolve)),
      closed,
    ]);
  }
  // Unread answers hide the end of the connection.
  socket.resume();
  try {
    await until(`server closes a connection with ${sent} ${flood.name}`, () => socket.closed);
  } finally {
    socket.destroy();
  }
  return sent;
}
