import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import {
  Client,
  credentials,
  Metadata,
  type requestCallback,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type ServiceError,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { FORBIDDEN, UNAUTHORIZED } from '../../../../../tools/local/platforms/cloud-run/refusal.ts';
import { createHttp2Upstream } from '../../../../../tools/local/platforms/cloud-run/upstream.ts';
import { startHarness, testAuthority } from './harness.ts';

const identity = (bytes: Buffer) => bytes;
const codec = {
  requestSerialize: identity,
  requestDeserialize: identity,
  responseSerialize: identity,
  responseDeserialize: identity,
};
const definition = {
  echo: { path: '/test.Echo/Echo', requestStream: false, responseStream: false, ...codec },
  chat: { path: '/test.Echo/Chat', requestStream: true, responseStream: true, ...codec },
  fail: { path: '/test.Echo/Fail', requestStream: false, responseStream: false, ...codec },
  hang: { path: '/test.Echo/Hang', requestStream: false, responseStream: false, ...codec },
} as unknown as ServiceDefinition;

/** A gRPC container; `cancelled` resolves when a hanging call is given up. */
async function startGrpcContainer() {
  const server = new Server();
  const cancelled = Promise.withResolvers<void>();
  const hanging = Promise.withResolvers<void>();
  const implementation: UntypedServiceImplementation = {
    echo(
      call: { request: Buffer; metadata: Metadata; sendMetadata(m: Metadata): void },
      answer: (e: null, r: Buffer, t: Metadata) => void,
    ) {
      const trailers = new Metadata();
      trailers.set('x-trailer', 'end');
      trailers.set('x-seen', String(call.metadata.get('x-cloud-trace-context')[0] ?? ''));
      trailers.set('x-b3-seen', String(call.metadata.get('b3')[0] ?? ''));
      const head = new Metadata();
      head.set('x-head', 'start');
      call.sendMetadata(head);
      answer(null, call.request, trailers);
    },
    chat(call: NodeJS.ReadWriteStream) {
      call.on('data', (chunk) => call.write(chunk));
      call.on('end', () => call.end());
    },
    fail(_: unknown, answer: (error: Partial<ServiceError>) => void) {
      answer({ code: status.FAILED_PRECONDITION, details: 'no works' });
    },
    hang(call: { on(event: 'cancelled', listener: () => void): void }) {
      call.on('cancelled', () => cancelled.resolve());
      hanging.resolve();
    },
  };
  server.addService(definition, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { server, port, cancelled: cancelled.promise, hanging: hanging.promise };
}

async function createClient(t: TestContext, origin: string) {
  const { certPem } = await testAuthority();
  const client = new Client(
    origin.replace('https://', ''),
    credentials.createSsl(Buffer.from(certPem)),
    { 'grpc.use_local_subchannel_pool': 1 },
  );
  t.after(() => client.close());
  const call = (
    method: string,
    request: string,
    options: { metadata?: Record<string, string>; deadlineMs?: number } = {},
  ) => {
    const metadata = new Metadata();
    for (const [key, value] of Object.entries(options.metadata ?? {})) metadata.set(key, value);
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const callback: requestCallback<Buffer> = (error, value) =>
      error ? reject(error) : resolve(value ?? Buffer.alloc(0));
    const started = client.makeUnaryRequest(
      `/test.Echo/${method}`,
      identity,
      identity,
      Buffer.from(request),
      metadata,
      { deadline: Date.now() + (options.deadlineMs ?? 60_000) },
      callback,
    );
    const seen: { head?: Metadata; trailers?: Metadata } = {};
    started.on('metadata', (head) => {
      seen.head = head;
    });
    started.on('status', ({ metadata: trailers }) => {
      seen.trailers = trailers;
    });
    return { promise, started, seen };
  };
  return { client, call };
}

describe('front end: gRPC to an h2c container', () => {
  let container: Awaited<ReturnType<typeof startGrpcContainer>>;
  before(async () => {
    container = await startGrpcContainer();
  });
  after(() => container.server.forceShutdown());

  const start = async (
    t: TestContext,
    options: Partial<Parameters<typeof startHarness>[1]> = {},
  ) => {
    const upstream = createHttp2Upstream(container.port);
    const harness = await startHarness(t, { service: 'server', upstream, ...options });
    return { ...harness, ...(await createClient(t, harness.origin)) };
  };

  it('passes a unary call, its head and its trailers', async (t) => {
    const { call } = await start(t);
    const { promise, seen } = call('Echo', 'one');
    assert.equal(String(await promise), 'one');
    assert.deepEqual(seen.head?.get('x-head'), ['start']);
    assert.deepEqual(seen.trailers?.get('x-trailer'), ['end']);
  });

  it('passes an error that ends with its head (trailers-only) as it is', async (t) => {
    const { call } = await start(t);
    await assert.rejects(call('Fail', '').promise, {
      code: status.FAILED_PRECONDITION,
      details: 'no works',
    });
  });

  it('passes both directions of a stream while both are open', async (t) => {
    const { client } = await start(t);
    const stream = client.makeBidiStreamRequest('/test.Echo/Chat', identity, identity);
    stream.write(Buffer.from('a'));
    const [first] = await new Promise<[Buffer]>((resolve) =>
      stream.once('data', (c) => resolve([c])),
    );
    assert.equal(String(first), 'a');
    stream.write(Buffer.from('b'));
    stream.end();
    assert.deepEqual((await stream.toArray()).map(String), ['b']);
  });

  it('takes 100 calls at once', async (t) => {
    const { call } = await start(t);
    const calls = Array.from({ length: 100 }, (_, index) => call('Echo', String(index)).promise);
    const answers = await Promise.all(calls);
    assert.deepEqual(
      answers.map(String),
      Array.from({ length: 100 }, (_, index) => String(index)),
    );
  });

  it('passes a megabyte both ways', async (t) => {
    const { call } = await start(t);
    const large = 'x'.repeat(2 ** 20);
    assert.equal(String(await call('Echo', large).promise), large);
  });

  it('ends a call at its deadline, in the container too', async (t) => {
    const { call } = await start(t);
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() });
    const refused = assert.rejects(call('Hang', '').promise, { code: status.DEADLINE_EXCEEDED });
    await container.hanging;
    t.mock.timers.tick(60_000);
    await refused;
    await container.cancelled;
  });

  it('cancels the container’s call when the caller cancels', async (t) => {
    const own = await startGrpcContainer();
    t.after(() => own.server.forceShutdown());
    const { call } = await start(t, { upstream: createHttp2Upstream(own.port) });
    // the container would cancel by itself at the call's deadline
    const { promise, started } = call('Hang', '', { deadlineMs: 3_600_000 });
    await own.hanging;
    started.cancel();
    await assert.rejects(promise, { code: status.CANCELLED });
    await own.cancelled;
  });

  it('rewrites the parent in metadata, drops the flag when told to, and leaves b3 alone', async (t) => {
    const trace = '0123456789abcdef0123456789abcdef';
    const metadata = {
      'x-cloud-trace-context': `${trace}/17;o=1`,
      b3: `${trace}-0000000000000011-1`,
    };
    for (const [dropSampledFlag, tail] of [
      [false, ';o=1'],
      [true, ''],
    ] as const) {
      const { call, spans } = await start(t, { knobs: { ownSpans: 'always', dropSampledFlag } });
      const { promise, seen } = call('Echo', '', { metadata });
      await promise;
      const [span] = spans;
      assert.equal(
        seen.trailers?.get('x-seen')[0],
        `${trace}/${BigInt(`0x${span?.spanId}`)}${tail}`,
      );
      assert.equal(seen.trailers?.get('x-b3-seen')[0], metadata.b3);
      assert.deepEqual([span?.parentSpanId, span?.name], ['0000000000000011', '/test.Echo/Echo']);
    }
  });

  const refused: [string, Parameters<typeof start>[1], string, number][] = [
    [
      '401 UNAUTHENTICATED',
      { checkInvoker: () => Promise.resolve(UNAUTHORIZED('x')) },
      'Echo',
      status.UNAUTHENTICATED,
    ],
    [
      '403 PERMISSION_DENIED',
      { checkInvoker: () => Promise.resolve(FORBIDDEN('x')) },
      'Echo',
      status.PERMISSION_DENIED,
    ],
    ['404 UNIMPLEMENTED', {}, 'Healthz', status.UNIMPLEMENTED],
  ];
  for (const [name, options, method, code] of refused) {
    it(`answers HTTP ${name.replace(' ', ', which gRPC callers read as ')}`, async (t) => {
      const { call, refusals } = await start(t, options);
      await assert.rejects(call(method, 'x').promise, { code });
      assert.equal(refusals.length, 1);
    });
  }

  it('answers UNAVAILABLE when nothing listens in the container', async (t) => {
    const own = await startGrpcContainer();
    own.server.forceShutdown();
    const { call } = await start(t, { upstream: createHttp2Upstream(own.port) });
    await assert.rejects(call('Echo', '').promise, { code: status.UNAVAILABLE });
  });

  it('connects again when the container has closed the connection', async (t) => {
    const upstream = createHttp2Upstream(container.port);
    const { call } = await start(t, { upstream });
    await call('Echo', 'one').promise;
    upstream.disconnect();
    assert.equal(String(await call('Echo', 'two').promise), 'two');
  });
});
