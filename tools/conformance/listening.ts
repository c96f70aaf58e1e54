import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

type Address = Readonly<{ host: string; port: number }>;

/** Of whoever is there and says nothing; a refusal comes at once. */
const PROBE_TIMEOUT_MS = 5_000;

/** Whether somebody takes connections there. */
export const listens = ({ host, port }: Address): Promise<boolean> =>
  finds((end) =>
    connect({ host, port, timeout: PROBE_TIMEOUT_MS }).once('connect', () => end(true)),
  );

/** What else than plain HTTP/2 is spoken there; undefined where it is neither TLS nor HTTP/1.1. */
export async function otherProtocolOf(address: Address): Promise<'TLS' | 'HTTP/1.1' | undefined> {
  if (await speaksTls(address)) return 'TLS';
  return (await speaksHttp1(address)) ? 'HTTP/1.1' : undefined;
}

const speaksTls = ({ host, port }: Address): Promise<boolean> =>
  finds((end) =>
    // Nothing is sent but the handshake, so nobody's certificate matters.
    connectTls({ host, port, rejectUnauthorized: false, timeout: PROBE_TIMEOUT_MS }).once(
      'secureConnect',
      () => end(true),
    ),
  );

const speaksHttp1 = ({ host, port }: Address): Promise<boolean> =>
  finds((end) => {
    const socket = connect({ host, port, timeout: PROBE_TIMEOUT_MS });
    socket.once('connect', () => socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
    return socket.once('data', (bytes) => end(bytes.toString('latin1').startsWith('HTTP/1.')));
  });

/** `open` calls back with what it finds; a connection that fails, ends or says nothing finds nothing. */
function finds(open: (end: (isFound: boolean) => void) => Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = open((isFound) => {
      socket.destroy();
      resolve(isFound);
    });
    const fail = () => {
      socket.destroy();
      resolve(false);
    };
    for (const event of ['timeout', 'error', 'close']) socket.once(event, fail);
  });
}
