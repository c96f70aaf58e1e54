import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

type Address = Readonly<{ host: string; port: number }>;

/** Of whoever is there and says nothing; a refusal comes at once. */
const PROBE_TIMEOUT_MS = 5_000;

/** Whether somebody takes connections there. */
export function listens({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PROBE_TIMEOUT_MS });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

/** What else than plain HTTP/2 is spoken there; undefined where it is neither TLS nor HTTP/1.1. */
export async function otherProtocolOf(address: Address): Promise<'TLS' | 'HTTP/1.1' | undefined> {
  if (await speaksTls(address)) return 'TLS';
  return (await speaksHttp1(address)) ? 'HTTP/1.1' : undefined;
}

function speaksTls({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    // Nothing is sent but the handshake, so nobody's certificate matters.
    const socket = connectTls({ host, port, rejectUnauthorized: false, timeout: PROBE_TIMEOUT_MS });
    const end = (isTls: boolean) => {
      socket.destroy();
      resolve(isTls);
    };
    socket.once('secureConnect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
}

function speaksHttp1({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PROBE_TIMEOUT_MS });
    const end = (isHttp: boolean) => {
      socket.destroy();
      resolve(isHttp);
    };
    socket.once('connect', () => socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
    socket.once('data', (bytes) => end(bytes.toString('latin1').startsWith('HTTP/1.')));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
}
