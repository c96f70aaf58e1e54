import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../lib/telemetry/names.ts';
import {
  isComplete,
  isFirstOfInstance,
  isRequest,
  missingEdges,
} from '../../../tools/traces/completeness.ts';
import type { Trace } from '../../../tools/traces/model.ts';
import { normalise } from '../../../tools/traces/normalise.ts';
import { requestTrace, spanIdOf, without, withSpanChanged } from './request-trace.ts';

for (const frontEnd of ['none', 'stored', 'not-stored'] as const) {
  test(`a request with every edge is complete, front end's span: ${frontEnd}`, () => {
    assert.deepEqual(missingEdges(normalise(requestTrace({ frontEnd }))), []);
  });
}

const LOST: readonly [number, string][] = [
  [1, 'root span loadgen'],
  [2, 'loadgen → HTTP client span'],
  [3, 'HTTP client span → HTTP server span of client'],
  [4, 'HTTP server span of client → client'],
  [5, 'client → gRPC client span'],
  [6, 'gRPC client span → gRPC server span of server'],
  [7, 'gRPC server span → works.read'],
  [10, 'gRPC server span → works.search'],
];
for (const [id, edge] of LOST) {
  test(`a request is not complete without ${edge}`, () => {
    const trace = without(requestTrace(), id);
    assert.equal(isComplete(normalise(trace)), false);
    assert.ok(missingEdges(normalise(trace)).includes(edge));
  });
}

test('an orphan makes a trace broken even where every edge is there', () => {
  const spans = [...requestTrace().spans, ...without(requestTrace(), 1, 2, 3, 4, 5, 6, 7).spans];
  const orphan = spans.at(-1);
  assert.ok(orphan);
  const trace = {
    ...requestTrace(),
    spans: [
      ...requestTrace().spans,
      { ...orphan, spanId: 'f'.repeat(16), parentSpanId: 'e'.repeat(16) },
    ],
  };
  assert.deepEqual(missingEdges(normalise(trace)), [
    `parent ${'e'.repeat(16)} of server:works.search`,
  ]);
});

/** A service in another language in the place of server: none of our names and attributes. */
function withForeignServer(parentSpanId = spanIdOf(5)) {
  const trace = without(requestTrace(), 7, 8, 9, 10);
  const attributes = { 'service.name': 'server', 'service.namespace': 'shakesapp' };
  return withSpanChanged(trace, 6, { name: 'server.readFiles', parentSpanId, attributes });
}

test('of a service in another language only its own span is expected', () => {
  assert.deepEqual(missingEdges(normalise(withForeignServer())), []);
  const unnamed = withSpanChanged(withForeignServer(), 6, { attributes: {} });
  assert.deepEqual(missingEdges(normalise(unnamed)), []);
});

test('a service in another language that names a parent that is not there is an orphan', () => {
  const missing = missingEdges(normalise(withForeignServer('e'.repeat(16))));
  assert.ok(missing.includes('gRPC client span → gRPC server span of server'));
  assert.ok(missing.includes(`parent ${'e'.repeat(16)} of server:server.readFiles`));
});

test('of a client in another language nothing is expected but its own span', () => {
  const trace = without(requestTrace(), 4, 5, 6, 7, 8, 9, 10);
  const foreign = withSpanChanged(trace, 3, {
    name: 'GET /',
    attributes: { 'service.name': 'client' },
  });
  assert.deepEqual(missingEdges(normalise(foreign)), []);
});

test('a client that has our telemetry names the spans around its call as it likes, or has none', () => {
  const named = withSpanChanged(requestTrace(), 4, { name: 'count' });
  assert.deepEqual(missingEdges(normalise(named)), []);
  const deeper = withSpanChanged(named, 5, { parentSpanId: spanIdOf(20) });
  const [, , , count] = named.spans;
  assert.ok(count);
  const inner = { ...count, spanId: spanIdOf(20), parentSpanId: spanIdOf(4), name: 'ask' };
  assert.deepEqual(missingEdges(normalise({ ...deeper, spans: [...deeper.spans, inner] })), []);
  const none = withSpanChanged(without(requestTrace(), 4), 5, { parentSpanId: spanIdOf(3) });
  assert.deepEqual(missingEdges(normalise(none)), []);
  const silent = missingEdges(normalise(without(named, 5, 6, 7, 8, 9, 10)));
  assert.deepEqual(silent, ['HTTP server span of client → client']);
});

test('nothing is expected below a call that failed', () => {
  const refused = withSpanChanged(without(requestTrace(), 6, 7, 8, 9, 10), 5, {
    attributes: { 'service.name': 'client', [ATTR.errorType]: '14' },
  });
  assert.equal(isComplete(normalise(refused)), true);
});

test("a front end's own span cannot make a request cold", () => {
  const trace = withSpanChanged(requestTrace({ frontEnd: 'stored' }), 12, {
    attributes: { [ATTR.coldStart]: 'true' },
  });
  assert.equal(isFirstOfInstance(normalise(trace)), false);
  assert.equal(isFirstOfInstance(normalise(requestTrace({ cold: true }))), true);
});

test('a call from outside is no request of the load generator', () => {
  const curl = withSpanChanged(without(requestTrace(), 1, 2), 3, {
    attributes: { 'service.name': 'client', [ATTR.parentExternal]: 'true' },
  });
  assert.equal(isRequest(normalise(curl)), false);
  assert.equal(isRequest(normalise(without(requestTrace(), 1))), true);
});

test('a works.read that says it loaded the texts has a request for each object', () => {
  const loaded = withSpanChanged(requestTrace(), 7, {
    attributes: { 'service.name': 'server', [ATTR.source]: 'loaded', [ATTR.objects]: '2' },
  });
  assert.equal(isComplete(normalise(loaded)), true);
  assert.deepEqual(missingEdges(normalise(without(loaded, 8))), [
    'works.read → HTTP client spans of 2 objects (found 1)',
  ]);
  const kept = withSpanChanged(without(requestTrace(), 8, 9), 7, {
    attributes: { 'service.name': 'server', [ATTR.source]: 'kept', [ATTR.objects]: '2' },
  });
  assert.equal(isComplete(normalise(kept)), true);
});

test('a request is complete however many front ends stored their span in a row', () => {
  const trace = requestTrace({ frontEnd: 'stored' });
  const outer = trace.spans.find(({ spanId }) => spanId === spanIdOf(12));
  assert.ok(outer);
  const behind = (id: number, parent: number) => ({
    ...outer,
    spanId: spanIdOf(id),
    parentSpanId: spanIdOf(parent),
  });
  const spans = [...trace.spans, behind(22, 12), behind(32, 22)];
  const both = withSpanChanged({ ...trace, spans }, 3, {
    attributes: { 'service.name': 'client', [ATTR.frontEndSpanId]: spanIdOf(32) },
  });
  assert.deepEqual(missingEdges(normalise(both)), []);
});

// It takes over our attributes, and is another program anyway.
const ofClient = {
  'service.name': 'client',
  'telemetry.sdk.language': 'python',
  [ATTR.query]: 'love',
};
const ofServer = { 'service.name': 'server', 'service.namespace': 'shakesapp' };

/** Another language's client: its names, and no span around its RPC. */
function anotherClient(): Trace {
  const entry = withSpanChanged(without(requestTrace(), 4), 3, {
    name: 'GET /',
    attributes: ofClient,
  });
  return withSpanChanged(entry, 5, {
    name: '/shakesapp.ShakespeareService/GetMatchCount',
    parentSpanId: spanIdOf(3),
    attributes: ofClient,
  });
}

/** Another language's server, which reads and counts without spans. */
const anotherServer = (attributes: Readonly<Record<string, string>>): Trace =>
  withSpanChanged(without(requestTrace(), 7, 8, 9, 10), 6, {
    name: 'server.readFiles',
    attributes,
  });

/** A proxy with its own spans between loadgen and client. */
function behindProxy(
  attributes: Readonly<Record<string, string>> = { 'service.name': 'envoy' },
): Trace {
  const trace = requestTrace();
  const [, call, served] = trace.spans;
  assert.ok(call && served);
  const took = { ...served, spanId: spanIdOf(50), parentSpanId: spanIdOf(2), attributes };
  const passed = { ...call, spanId: spanIdOf(51), parentSpanId: spanIdOf(50), attributes };
  const moved = withSpanChanged(trace, 3, { parentSpanId: spanIdOf(51) });
  return { ...moved, spans: [...moved.spans, took, passed] };
}

for (const [what, trace] of [
  ['another client', anotherClient()],
  ['another server', anotherServer(ofServer)],
  ['a server that names no service', anotherServer({})],
  ['a proxy in the chain', behindProxy()],
] as const) {
  test(`a request with ${what} is complete where its tree is`, () => {
    assert.deepEqual(missingEdges(normalise(trace)), []);
    assert.ok(normalise(trace).nodes.every(({ frontEnd }) => !frontEnd));
  });
}

test('our own server without service.name is complete, and what it lacks is missing', () => {
  const trace = requestTrace();
  const spans = trace.spans.map((span) => {
    if (span.attributes['service.name'] !== 'server') return span;
    const { 'service.name': _, ...attributes } = span.attributes;
    return { ...span, attributes };
  });
  const unnamed = { ...trace, spans };
  assert.deepEqual(missingEdges(normalise(unnamed)), []);
  assert.deepEqual(missingEdges(normalise(without(unnamed, 10))), [
    'gRPC server span → works.search',
  ]);
});

/** Envoy marks its spans; a mesh may give it the name of the program that it stands beside. */
const SIDECAR = { component: 'proxy', 'service.name': 'client' };

test('a proxy under the name of one of our programs is none of them', () => {
  const missing = (trace: Trace) => missingEdges(normalise(trace));
  assert.deepEqual(missing(behindProxy(SIDECAR)), []);
  assert.deepEqual(missing(without(behindProxy(SIDECAR), 3, 4, 5, 6, 7, 8, 9, 10)), [
    'HTTP client span → HTTP server span of client',
  ]);
});

test('what our own programs did below another service is asked for anyway', () => {
  const missing = (trace: Trace) => missingEdges(normalise(trace));
  assert.deepEqual(missing(without(anotherClient(), 10)), ['gRPC server span → works.search']);
  assert.deepEqual(missing(without(behindProxy(), 10)), ['gRPC server span → works.search']);
});

test('an orphan of another service is an orphan, whether the service has a name or not', () => {
  for (const attributes of [{}, ofServer]) {
    const lost = withSpanChanged(anotherServer(attributes), 6, { parentSpanId: spanIdOf(99) });
    const service = 'service.name' in attributes ? 'server' : 'unnamed service';
    assert.ok(
      missingEdges(normalise(lost)).includes(
        `parent ${spanIdOf(99)} of ${service}:server.readFiles`,
      ),
    );
  }
});
