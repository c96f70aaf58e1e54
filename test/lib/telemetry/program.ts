// Named imports, as programs write them: they bind to what the preload has patched.
import { EventEmitter } from 'node:events';
import { createServer, get as httpGet, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { globalErrorHandler } from '@opentelemetry/core';
import { request as undiciRequest } from 'undici';
import { createLogger } from '../../../lib/telemetry/log.ts';
import { nameByRoute } from '../../../lib/telemetry/route.ts';
import { withSpan } from '../../../lib/telemetry/span.ts';
import { flushBeforeResponse, shutdownTelemetry } from '../../../lib/telemetry/telemetry.ts';

/**
 * A program for the tests, started under the preload as the real ones are: an HTTP server that
 * calls a gRPC server, both in this process, and a caller that asks for each path in the arguments.
 *
 *     loadgen → HTTP client → HTTP server → grpc client → grpc server
 */
const text = {
  requestSerialize: (value: string) => Buffer.from(value),
  requestDeserialize: (bytes: Buffer) => bytes.toString(),
  responseSerialize: (value: string) => Buffer.from(value),
  responseDeserialize: (bytes: Buffer) => bytes.toString(),
};
const method = (path: string) => ({ path, requestStream: false, responseStream: false, ...text });
const service: ServiceDefinition = {
  GetMatchCount: method('/shakesapp.ShakespeareService/GetMatchCount'),
};
// A method of the same bare name as the health check's, which does make spans.
const library: ServiceDefinition = { Check: method('/shakesapp.Library/Check') };
const health: ServiceDefinition = { Check: method('/grpc.health.v1.Health/Check') };

const rpc: UntypedServiceImplementation[string] = (
  call: { request: string },
  callback: (error: null, answer: string) => void,
) => callback(null, `${call.request}!`);

const grpcServer = new Server();
grpcServer.addService(service, { GetMatchCount: rpc });
grpcServer.addService(library, { Check: rpc });
grpcServer.addService(health, { Check: rpc });
const grpcPort = await new Promise<number>((resolve, reject) => {
  grpcServer.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
    error ? reject(error) : resolve(port),
  );
});
const client = new Client(`127.0.0.1:${grpcPort}`, credentials.createInsecure());
const call = (path: string) =>
  new Promise<void>((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      text.requestSerialize,
      text.responseDeserialize,
      'love',
      (error) => (error ? reject(error) : resolve()),
    );
  });

const get = (url: string, headers: Record<string, string> = {}) =>
  new Promise<void>((resolve, reject) => {
    const request = httpGet(url, { headers }, (response) => {
      response.resume().on('end', resolve);
    });
    request.on('error', reject);
  });

/** What the HTTP server does for each path before it answers. */
const routes: Record<string, (headers: IncomingHttpHeaders) => Promise<unknown>> = {
  '/': () => call('/shakesapp.ShakespeareService/GetMatchCount'),
  '/library': () => call('/shakesapp.Library/Check'),
  '/ready': () => call('/grpc.health.v1.Health/Check'),
  '/server-health': () => call('/grpc.health.v1.Health/Check'),
  '/routed': async () => nameByRoute('/routed/:id'),
  '/unrouted': async () => nameByRoute(undefined),
  '/get': () => get(ofThisServer('/echo')),
  '/fetch': async () => (await fetch(ofThisServer('/echo'))).text(),
  '/undici': async () => (await undiciRequest(ofThisServer('/echo'))).body.text(),
  '/every-way': async () => {
    for (const way of ['/get', '/fetch', '/undici']) await routes[way]?.({});
    await call('/shakesapp.ShakespeareService/GetMatchCount');
  },
  // Proxies pass on what they were asked with.
  '/fetch-passing-on': async ({ host: _, connection: __, ...headers }) =>
    (await fetch(ofThisServer('/echo'), { headers: headers as Record<string, string> })).text(),
  '/undici-passing-on': async ({ host: _, connection: __, ...headers }) =>
    (await undiciRequest(ofThisServer('/echo'), { headers })).body.text(),
  '/fetch-signed': async () =>
    (await fetch(ofThisServer('/echo?X-Goog-Signature=secret&q=love'))).text(),
  '/get-signed': () => get(ofThisServer('/echo?X-Goog-Signature=secret&q=love')),
  '/fetch-slashes': async () => (await fetch(ofThisServer('//echo?q=love'))).text(),
  '/fetch-unreachable': () => fetch('http://127.0.0.1:2/'),
  '/fetch-aborted': async () => {
    const reasons = [undefined, null, 'a word', new Error('too late')];
    for (const reason of reasons) {
      const { signal, abort } = abortable();
      const answer = fetch(ofThisServer('/silent'), { signal }).catch(() => {});
      silent.once('asked', () => abort(reason));
      await answer;
    }
  },
  '/fetch-metadata': async () =>
    (await fetch(`http://${process.env.GCE_METADATA_HOST}/computeMetadata/v1/instance/id`)).text(),
  '/fetch-health': async () => (await fetch(ofThisServer('/health'))).text(),
  '/metadata': () =>
    get(`http://${process.env.GCE_METADATA_HOST}/computeMetadata/v1/instance/id`, {
      'Metadata-Flavor': 'Google',
    }),
  '/sdk-error': async () => globalErrorHandler(new Error('not of an export')),
  '/fail': () =>
    withSpan('client', {}, () => {
      throw new RangeError('too many');
    }),
};

const silent = new EventEmitter();
const abortable = () => {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason: unknown) => controller.abort(reason) };
};

const httpServer = createServer(async (request, response) => {
  const path = request.url?.split('?')[0] ?? '/';
  if (path === '/silent') return void silent.emit('asked');
  if (path === '/echo') {
    say('asked', { names: request.rawHeaders.filter((_, place) => place % 2 === 0) });
  }
  await routes[path]?.(request.headers).catch(() => {});
  await flushBeforeResponse();
  response.end('ok');
});
await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve));
const { port } = httpServer.address() as AddressInfo;
const ofThisServer = (path: string) => `http://127.0.0.1:${port}${path}`;

const say = (message: string, more = {}) =>
  process.stdout.write(`${JSON.stringify({ message, ...more })}\n`);
const stop = async () => {
  say('stopping');
  await shutdownTelemetry(createLogger({ service: 'test', project: 'test-project' }), 60_000);
  process.exit(0);
};
const [mode, ...paths] = process.argv.slice(2);
if (mode === 'held') {
  const { mock } = await import('node:test');
  mock.timers.enable({ apis: ['setTimeout'] });
  const startMs = performance.now();
  let passedMs = 0;
  performance.now = () => startMs + passedMs;
  process.on('SIGUSR2', async () => {
    for (let step = 0; step < 300; step++) {
      passedMs += 100;
      mock.timers.tick(100);
      await new Promise(setImmediate);
    }
    say(`after ${passedMs / 1_000} s`);
  });
}
say('listening', { port });
if (mode !== 'once') process.once('SIGTERM', stop);
for (const path of paths) {
  const visit = () => get(`http://127.0.0.1:${port}${path}`);
  if (path.endsWith('?bare')) await visit();
  else await withSpan('loadgen', { root: true }, visit);
}
say('visited');
if (mode === 'once') await stop();
