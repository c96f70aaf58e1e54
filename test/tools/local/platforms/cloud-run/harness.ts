import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import {
  type Authority,
  createAuthority,
} from '../../../../../tools/local/cloud/identity/certificates.ts';
import {
  type FrontEndOptions,
  startFrontEnd,
} from '../../../../../tools/local/platforms/cloud-run/front-end.ts';
import type { Instance } from '../../../../../tools/local/platforms/cloud-run/instance.ts';
import { createOwnSpanSampler } from '../../../../../tools/local/platforms/cloud-run/own-span.ts';
import type { Refusal } from '../../../../../tools/local/platforms/cloud-run/refusal.ts';
import type { Service } from '../../../../../tools/local/platforms/cloud-run/service.ts';
import {
  createHttp1Upstream,
  type Upstream,
} from '../../../../../tools/local/platforms/cloud-run/upstream.ts';
import { CLOUD_RUN_KNOBS, type CloudRunKnobs } from '../../../../../tools/local/platforms/knobs.ts';
import { platformClock } from '../../../../../tools/local/platforms/platform.ts';
import type { Span } from '../../../../../tools/traces/model.ts';

let authority: Promise<Authority> | undefined;

/** One CA for all tests of a file; its folder goes as soon as the file in it is not needed. */
export function testAuthority(): Promise<Authority> {
  authority ??= mkdtemp(join(tmpdir(), 'shakesapp-test-')).then(async (directory) => {
    const created = await createAuthority(directory);
    after(() => rm(directory, { recursive: true }));
    return created;
  });
  return authority;
}

/** A container that is always there: a server in this process. */
export function alwaysThere(upstream: Upstream, knobs: CloudRunKnobs): Service {
  const instance = {
    id: 'instance',
    upstream,
    ownSpans: createOwnSpanSampler(knobs, platformClock),
  } as Instance;
  return {
    acquire: () => Promise.resolve(instance),
    release: () => {},
    instances: () => [],
    close: () => Promise.resolve(),
  };
}

export type Harness = Readonly<{
  origin: string;
  port: number;
  spans: Span[];
  refusals: Refusal[];
  close(): Promise<void>;
}>;

/** A front end before the given container; lets everybody in unless told otherwise. */
export async function startHarness(
  t: TestContext,
  options: { upstream: Upstream; knobs?: Partial<CloudRunKnobs> } & Partial<
    Pick<FrontEndOptions, 'checkInvoker' | 'instances' | 'clock' | 'service'>
  >,
): Promise<Harness> {
  const knobs = { ...CLOUD_RUN_KNOBS, ...options.knobs };
  const spans: Span[] = [];
  const refusals: Refusal[] = [];
  const { issue } = await testAuthority();
  const frontEnd = await startFrontEnd({
    service: options.service ?? 'client',
    instances: options.instances ?? alwaysThere(options.upstream, knobs),
    certificate: await issue(['localhost']),
    checkInvoker: options.checkInvoker ?? (() => Promise.resolve(undefined)),
    knobs,
    clock: options.clock ?? platformClock,
    revision: 'client-00001-abc',
    projectId: 'p',
    region: 'r',
    storeSpan: (span) => spans.push(span),
    onRefusal: (refusal) => refusals.push(refusal),
  });
  t.after(async () => {
    options.upstream.disconnect();
    await frontEnd.close();
  });
  const { origin, close } = frontEnd;
  return { origin, port: Number(new URL(origin).port), spans, refusals, close };
}

/** An HTTP/1.1 container. */
export async function startContainer(t: TestContext, listener: RequestListener): Promise<Upstream> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return createHttp1Upstream((server.address() as AddressInfo).port);
}

export type Answer = Readonly<{
  status: number;
  headers: IncomingMessage['headers'];
  trailers: IncomingMessage['trailers'];
  body: string;
}>;

/** One HTTP/1.1 request from outside, on its own connection. */
export async function get(
  url: string,
  options: {
    method?: string;
    headers?: Record<string, string>;
    body?: string;
    signal?: AbortSignal;
  } = {},
): Promise<Answer> {
  const { certPem } = await testAuthority();
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const send = url.startsWith('https') ? httpsRequest : httpRequest;
  const request = send(url, {
    method: options.method ?? 'GET',
    headers: options.headers ?? {},
    agent: false,
    ca: certPem,
    ...(options.signal && { signal: options.signal }),
  } as Parameters<typeof httpsRequest>[1] & object);
  request.on('error', reject);
  request.on('response', (response) => {
    const chunks: Buffer[] = [];
    response.on('error', reject);
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        trailers: response.trailers,
        body: Buffer.concat(chunks).toString(),
      }),
    );
  });
  request.end(options.body);
  return await promise;
}
