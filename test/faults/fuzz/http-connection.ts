import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type HttpAnswers, readAnswers } from './http-answer.ts';

/** How an input goes out. */
export type Sent = Readonly<{
  bytes: Buffer;
  /** Where the bytes are cut in two packets. */
  cutAt: number;
  /** The caller is gone right after the last byte, and waits for no answer. */
  hangsUp: boolean;
}>;

/**
 * After so long without an answer the input counts as half a request, and the connection is closed
 * from here. On a slow machine that hits complete requests too: they are then requests whose caller
 * went away, and nothing is wrong with their having no answer.
 */
const PATIENCE_MS = 60;

/** Writes raw bytes to a new connection and returns all that came back until it was closed. */
export async function exchange(port: number, sent: Sent): Promise<HttpAnswers> {
  const { bytes, cutAt, hangsUp } = sent;
  const chunks: Buffer[] = [];
  const toHead = bytes.includes('HEAD');
  // A reset is a closed connection.
  const socket = connect({ port, host: '127.0.0.1', noDelay: true }).on('error', () => {});
  const closed = once(socket, 'close').catch(() => {});
  const answered = Promise.withResolvers<void>();
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (/ (?!100)\d{3} /.test(chunk.toString('latin1'))) answered.resolve();
  });
  socket.write(bytes.subarray(0, cutAt));
  if (cutAt < bytes.length) {
    await new Promise((resolve) => setImmediate(resolve));
    socket.write(bytes.subarray(cutAt));
  }
  if (hangsUp) {
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
  } else {
    const patience = new AbortController();
    const tired = pause(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => {});
    await Promise.race([answered.promise, closed, tired]);
    patience.abort();
    socket.end();
  }
  await closed;
  return readAnswers(Buffer.concat(chunks), toHead);
}
