import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CRC32C } from '@google-cloud/storage';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { createAuthority } from '../local/cloud/identity/certificates.ts';

/** The one object, and what to ask for. */
const TEXT = Buffer.from('to be,\nor not to be\n');
export const QUERY = { text: 'to be', lines: 2 } as const;

export type StandInCloud = Readonly<{
  /** What tells a program where Google is. */
  environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}>;

/**
 * As much of Google as one request of each program needs: metadata, one object in Cloud Storage, and
 * Cloud Trace, which takes everything. The local cloud of tools/local checks what is sent, and needs
 * more than a build of the images has.
 */
export async function startStandInCloud(): Promise<StandInCloud> {
  const folder = await mkdtemp(join(tmpdir(), 'shakesapp-cloud-'));
  const authority = await createAuthority(folder);
  const http = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in');
    response.setHeader('metadata-flavor', 'Google');
    response.end(answer(pathname, searchParams.get('alt')));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = `127.0.0.1:${(http.address() as AddressInfo).port}`;
  const trace = new Server();
  const bytes = { serialize: (value: Buffer) => value, deserialize: (value: Buffer) => value };
  trace.addService(
    {
      BatchWriteSpans: {
        path: '/google.devtools.cloudtrace.v2.TraceService/BatchWriteSpans',
        requestStream: false,
        responseStream: false,
        requestSerialize: bytes.serialize,
        requestDeserialize: bytes.deserialize,
        responseSerialize: bytes.serialize,
        responseDeserialize: bytes.deserialize,
      },
    },
    {
      BatchWriteSpans: (_call: object, done: (error: null, answer: Buffer) => void) =>
        done(null, Buffer.alloc(0)),
    },
  );
  const { key, cert } = await authority.issue(['localhost']);
  const credentials = ServerCredentials.createSsl(null, [
    { private_key: Buffer.from(key), cert_chain: Buffer.from(cert) },
  ]);
  const tracePort = await new Promise<number>((resolve, reject) =>
    trace.bindAsync('localhost:0', credentials, (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
  return {
    environment: {
      GCE_METADATA_HOST: address,
      STORAGE_API_ENDPOINT: `http://${address}`,
      CLOUD_TRACE_API_ENDPOINT: `localhost:${tracePort}`,
      GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: authority.certFile,
      CLOUDSDK_CONFIG: folder,
    },
    async close() {
      trace.forceShutdown();
      http.closeAllConnections();
      http.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function answer(path: string, alt: string | null): string | Buffer {
  if (path.endsWith('/token')) {
    return JSON.stringify({ access_token: 'token', expires_in: 3600, token_type: 'Bearer' });
  }
  if (path.endsWith('/o')) {
    const crc32c = new CRC32C();
    crc32c.update(TEXT);
    const item = { name: 'text', generation: '1', size: String(TEXT.length) };
    return JSON.stringify({ items: [{ ...item, crc32c: crc32c.toString() }] });
  }
  if (alt === 'media') return TEXT;
  if (path.endsWith('/region')) return 'projects/1/regions/us-central1';
  return '1';
}
