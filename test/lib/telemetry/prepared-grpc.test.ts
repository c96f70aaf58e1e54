import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { Client, Server, ServerUnaryCall } from '@grpc/grpc-js';
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { prepareGrpc } from '../../../lib/telemetry/prepared-grpc.ts';

const grpc = createRequire(import.meta.url)('@grpc/grpc-js') as typeof import('@grpc/grpc-js');

const PATHS = ['/package.Service/sendMetadata', '/package.Service/Other', '/odd'];

const service = Object.fromEntries(
  PATHS.map((path) => [
    path.split('/').at(-1) ?? '',
    {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: (text: string) => Buffer.from(text),
      requestDeserialize: String,
      responseSerialize: (text: string) => Buffer.from(text),
      responseDeserialize: String,
    },
  ]),
);

/** Two calls of each method through the patched package: spans, and what the handlers saw. */
async function callEach(instrumentation: GrpcInstrumentation) {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  instrumentation.setTracerProvider(tracerProvider);
  // As the hook of require does, which patches a module only once in a process.
  const [grpcModule] = instrumentation.getModuleDefinitions();
  assert.ok(grpcModule?.patch && grpcModule.unpatch);
  grpcModule.patch(grpc);
  const wrapped: boolean[] = [];
  const handler = (
    call: ServerUnaryCall<string, string>,
    done: (error: null, answer: string) => void,
  ) => {
    wrapped.push(Object.hasOwn(call, 'sendMetadata'));
    call.sendMetadata(new grpc.Metadata());
    done(null, `${call.request}!`);
  };
  const server: Server = new grpc.Server();
  server.addService(service, Object.fromEntries(Object.keys(service).map((n) => [n, handler])));
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const NamedClient = grpc.makeClientConstructor(service, 'Service');
  const client = new NamedClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  const methods = client as unknown as Record<
    string,
    (text: string, done: (error: Error | null, answer: string) => void) => void
  >;
  const answers: string[] = [];
  for (const name of [...Object.keys(service), ...Object.keys(service)]) {
    answers.push(
      await new Promise<string>((resolve, reject) =>
        methods[name]?.(name, (error, answer) => (error ? reject(error) : resolve(answer))),
      ),
    );
  }
  (client as unknown as Client).close();
  server.forceShutdown();
  grpcModule.unpatch(grpc);
  const spans = exporter.getFinishedSpans().map(({ name, kind, attributes }) => {
    const { 'server.port': ownPort, ...others } = attributes;
    return { name, kind, others, hasPort: ownPort === undefined ? undefined : ownPort === port };
  });
  return { answers, spans, wrapped };
}

test("spans of gRPC have the attributes of OpenTelemetry's instrumentation, and no call is wrapped", async () => {
  const theirs = await callEach(new GrpcInstrumentation());
  const ours = await callEach(prepareGrpc(new GrpcInstrumentation()));
  assert.deepEqual(ours.answers, theirs.answers);
  assert.equal(theirs.spans.length, 12);
  assert.deepEqual(ours.spans, theirs.spans);
  assert.deepEqual(
    [theirs.wrapped, ours.wrapped].map((calls) => new Set(calls)),
    [new Set([true]), new Set([false])],
  );
});

test('a path and an address are taken apart once', async (t) => {
  const exec = t.mock.method(RegExp.prototype, 'exec');
  const before = t.mock.method(String.prototype, 'replace');
  const inside = prepareGrpc(new GrpcInstrumentation()) as unknown as {
    _splitMethodString(path: string): object;
    extractNetMetadata(client: object, span: object): void;
  };
  const set: object[] = [];
  const span = { setAttributes: (attributes: object) => set.push(attributes) };
  const client = { getChannel: () => ({ getTarget: () => 'dns:host:1' }) };
  const use = () => {
    inside.extractNetMetadata(client, span);
    return inside._splitMethodString('/package.Service/Method');
  };
  const first = use();
  const counts = [exec.mock.callCount(), before.mock.callCount()];
  assert.equal(use(), first);
  assert.deepEqual([exec.mock.callCount(), before.mock.callCount()], counts);
  assert.deepEqual(set, [
    { 'server.address': 'host', 'server.port': 1 },
    { 'server.address': 'host', 'server.port': 1 },
  ]);
});
