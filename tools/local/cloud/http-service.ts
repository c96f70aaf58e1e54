import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type HttpService = Readonly<{
  port: number;
  origin: string;
  /** Ends the connections that clients keep alive and do not use now. */
  closeIdle(): void;
  close(): Promise<void>;
}>;

/**
 * Listens on a free port of the loopback interface only. close() ends the connections that clients
 * keep alive, so that it returns at once.
 */
export async function startHttpService(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  /** Of a request that is not HTTP/1.1: the bytes that came. */
  onMalformed?: (bytes: Buffer) => void,
): Promise<HttpService> {
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // An error that no handler answered is a bug of this tool: the caller sees it.
      if (response.headersSent) response.destroy(error instanceof Error ? error : undefined);
      else response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
    });
  });
  if (onMalformed) {
    server.on('clientError', (error: Error & { rawPacket?: Buffer }, socket) => {
      onMalformed(error.rawPacket ?? Buffer.alloc(0));
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
  }
  // Longer than any client library keeps an idle connection: a server that closes first makes
  // their next request fail with a reset now and then.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    closeIdle: () => server.closeIdleConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The complete body, or undefined where it is longer than allowed. */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

export function sendJson(response: ServerResponse, status: number, body: string): void {
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=UTF-8',
      'content-length': Buffer.byteLength(body),
    })
    .end(body);
}
