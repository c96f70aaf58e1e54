import { createServer as createHttp1Server } from 'node:http';
import {
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { IssuedCertificate } from '../../cloud/identity/certificates.ts';
import { type Exchange, http1Exchange, http2Exchange } from './exchange.ts';

export type Listener = Readonly<{ port: number; close(): Promise<void> }>;

/** Longer than any caller keeps an idle connection, so that none sends into a closed one. */
const KEEP_ALIVE_MS = 620_000;

/**
 * One TLS port for HTTP/1.1 and HTTP/2, by ALPN. Two servers behind it, because Node's server for
 * both crashes on gRPC's trailers when its HTTP/2 streams are used as streams.
 */
export async function startListener(
  certificate: IssuedCertificate,
  onExchange: (exchange: Exchange) => void,
  /** A caller that speaks plain text, or does not trust the authority. It gets the error from its library. */
  onTlsError: (error: NodeJS.ErrnoException) => void = () => {},
): Promise<Listener> {
  const http1 = createHttp1Server({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 });
  http1.on('request', (request, response) => onExchange(http1Exchange(request, response)));
  const http2 = createHttp2Server();
  // A server's streams are a server's, which Node's types leave open here.
  http2.on('stream', (stream, headers) =>
    onExchange(http2Exchange(stream as ServerHttp2Stream, headers as IncomingHttpHeaders)),
  );
  http2.on('sessionError', () => {});

  const sockets = new Set<Socket>();
  // noDelay: only node's own http servers set it by themselves. Without it an answer's body waits
  // for the caller's delayed acknowledgement of its head, up to 40 ms.
  const tls = createTlsServer({
    ...certificate,
    ALPNProtocols: ['h2', 'http/1.1'],
    noDelay: true,
  });
  tls.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  tls.on('secureConnection', (socket) => {
    const server = socket.alpnProtocol === 'h2' ? http2 : http1;
    server.emit('connection', socket);
  });
  tls.on('tlsClientError', onTlsError);

  await new Promise<void>((resolve, reject) => {
    tls.once('error', reject);
    tls.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (tls.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        tls.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
