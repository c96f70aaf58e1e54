import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import {
  type Authority,
  createAuthority,
} from '../../../tools/local/cloud/identity/certificates.ts';

export type StoredSpan = {
  spanId: string;
  parentSpanId: string;
  displayName: { value: string };
  attributes: {
    attributeMap: Record<
      string,
      { stringValue?: { value: string }; intValue?: string; boolValue?: boolean }
    >;
  };
};

export type FakeCloud = {
  env: Record<string, string>;
  spans: StoredSpan[];
  /** Paths asked of the metadata server, in order. */
  metadataRequests: string[];
  /** Calls of BatchWriteSpans so far. */
  writes(): number;
  /** Where each write came from, in order: the address of a connection. */
  peers: string[];
  /** Resolves once that many writes have arrived. */
  written(count: number): Promise<void>;
};

type Answer = (write: number) => Promise<number> | number;

/**
 * The least that Google's exporter and detector need: Cloud Trace v2 over TLS and a metadata server
 * that gives tokens and says where it runs. `answer` is the gRPC status of the nth write, from 1.
 */
export async function startFakeCloud(
  t: TestContext,
  answer: Answer = () => status.OK,
  trusted?: Authority,
): Promise<FakeCloud> {
  const spans: StoredSpan[] = [];
  const peers: string[] = [];
  let writes = 0;
  const waiting = new Map<number, () => void>();
  const folder = mkdtempSync(join(tmpdir(), 'cloud-'));
  const authority = trusted ?? (await createAuthority(folder));
  const { key, cert } = await authority.issue(['localhost']);

  const server = new Server();
  server.addService(traceService(), {
    async BatchWriteSpans(
      call: { request: { spans: StoredSpan[] }; getPeer(): string },
      callback: (error: { code: number; details: string } | null, answer: object) => void,
    ) {
      const write = ++writes;
      peers.push(call.getPeer());
      waiting.get(write)?.();
      const code = await answer(write);
      if (code === status.OK) spans.push(...call.request.spans);
      callback(code === status.OK ? null : { code, details: 'as the test wants' }, {});
    },
  });
  const credentials = ServerCredentials.createSsl(null, [
    { private_key: Buffer.from(key), cert_chain: Buffer.from(cert) },
  ]);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });

  const metadataRequests: string[] = [];
  const metadata = http.createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    metadataRequests.push(path);
    const found = Object.entries(METADATA).find(([suffix]) => path.endsWith(suffix));
    response.writeHead(found ? 200 : 404, {
      'Metadata-Flavor': 'Google',
      'Content-Type': found?.[1].startsWith('{') ? 'application/json' : 'application/text',
    });
    response.end(found?.[1] ?? 'not found');
  });
  metadata.listen(0, '127.0.0.1');
  await once(metadata, 'listening');
  t.after(() => {
    server.forceShutdown();
    metadata.closeAllConnections();
    metadata.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    env: {
      OTEL_TRACES_EXPORTER: 'gcp_trace',
      METADATA_SERVER_DETECTION: '',
      CLOUD_TRACE_API_ENDPOINT: `localhost:${port}`,
      GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: authority.certFile,
      GCE_METADATA_HOST: `127.0.0.1:${(metadata.address() as AddressInfo).port}`,
      K_CONFIGURATION: 'client',
      K_SERVICE: 'client',
      K_REVISION: 'client-00001',
    },
    spans,
    metadataRequests,
    peers,
    writes: () => writes,
    async written(count) {
      if (writes >= count) return;
      await new Promise<void>((resolve) => waiting.set(count, resolve));
    },
  };
}

/** Lets this process use the cloud's metadata server, until the end of the test. */
export function useCloud(t: TestContext, { env }: FakeCloud): void {
  const before = { ...process.env };
  Object.assign(process.env, env, { CLOUDSDK_CONFIG: '/nonexistent', HOME: '/nonexistent' });
  t.after(() => {
    process.env = before;
  });
}

const METADATA: Record<string, string> = {
  '/service-accounts/default/token': JSON.stringify({
    access_token: 'token',
    expires_in: 3600,
    token_type: 'Bearer',
  }),
  '/project/project-id': 'test-project',
  '/instance/region': 'projects/1/regions/us-central1',
  '/instance/id': 'instance-1',
  '/computeMetadata/v1/instance': 'present',
  '/universe/universe-domain': 'googleapis.com',
};

/** The protos that the exporter brings along. */
function traceService(): ServiceDefinition {
  const require = createRequire(import.meta.url);
  const exporter = require.resolve('@google-cloud/opentelemetry-cloud-trace-exporter');
  const protos = require(join(exporter, '../../protos/protos.json'));
  const root = loadPackageDefinition(fromJSON(protos));
  const path = ['google', 'devtools', 'cloudtrace', 'v2', 'TraceService', 'service'];
  let found: unknown = root;
  for (const name of path) found = (found as Record<string, unknown>)[name];
  return found as ServiceDefinition;
}
