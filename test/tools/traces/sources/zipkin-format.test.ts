import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { requestsOf } from '../../../../tools/traces/normalise.ts';
import { pathsOf } from '../../../../tools/traces/paths.ts';
import { fixture, type Loose, readDocument, readFixture, spansOf } from './foreign-file.ts';

/** As a Zipkin server answered for what the SDK's exporter sent it; the README beside it says how. */
const FILE = 'shop-zipkin-of-server.json';
/** As it answered for a client and a server that share an id. */
const SHARED = 'shared-ids-zipkin-of-server.json';

const document = async (name = FILE): Promise<Loose> =>
  JSON.parse(await readFile(fixture(name), 'utf8'));

const first = async (change: (span: Loose) => void) => {
  const changed = await document();
  change(changed[1][2]);
  return readDocument(changed[1].slice(2, 3));
};

test('what a Zipkin server answers is the spans of an SDK, but for what it does not keep', async () => {
  const zipkin = await readFixture(FILE);
  const otlp = await readFixture('shop-otlp-of-javascript-sdk.json');
  assert.equal(zipkin.format, 'Zipkin JSON (v2)');
  assert.deepEqual([zipkin.deviations, zipkin.truncated], [[], null]);
  const expected = spansOf(otlp.traces).map(({ links: _, ...span }) => ({
    ...span,
    name: span.name.toLowerCase(),
    events: (span.events ?? []).map((event) => ({ ...event, attributes: {} })),
  }));
  assert.deepEqual(spansOf(zipkin.traces), expected);
});

test('a client and a server that share an id are two spans, and the hops show', async () => {
  const { traces, deviations } = await readFixture(SHARED);
  const [trace] = traces;
  assert.ok(trace);
  assert.equal(trace.traceId, '0000000000000000463ac35c9f6413ad');
  assert.deepEqual(deviations, ['1 shared-span']);
  const [tree] = requestsOf(trace);
  assert.ok(tree);
  assert.deepEqual(
    tree.nodes.map(({ depth, service, span }) => `${depth} ${service}:${span.name}`),
    ['0 frontend:get /cart', '1 frontend:get', '2 cart:get /items', '3 cart:lookup'],
  );
  assert.equal(
    tree.nodes.some(({ orphan }) => orphan),
    false,
  );
  assert.equal(new Set(pathsOf(tree)).size, 4);
  const [, , served] = tree.nodes;
  assert.deepEqual(served?.span.status, { error: true, message: 'no stock' });
  assert.equal(served?.span.spanId, '8bd0928f8d7a228f');
});

test('a list of spans, a list of lists and a span by itself are recognised', async () => {
  const all = await document();
  assert.equal(readDocument(all).spans.length, 6);
  assert.equal(readDocument(all[1]).spans.length, 5);
  assert.equal(readDocument(all[1][0]).spans.length, 1);
});

test('endpoints are attributes by OpenTelemetry’s names, which the tags win over', async () => {
  const { spans } = await first((span) => {
    span.localEndpoint = { serviceName: 'cart', ipv4: '10.0.0.1', port: 80 };
    span.remoteEndpoint = { serviceName: 'stock', ipv6: '::1', port: 443 };
    span.tags = { 'peer.service': 'warehouse' };
  });
  assert.deepEqual(spans[0]?.attributes, {
    'service.name': 'cart',
    'network.local.address': '10.0.0.1',
    'network.local.port': '80',
    'peer.service': 'warehouse',
    'network.peer.address': '::1',
    'network.peer.port': '443',
  });
});

const STATUS: readonly (readonly [string, Record<string, string>, object])[] = [
  ['no tag', {}, { error: false }],
  ['an empty error', { error: '' }, { error: true }],
  ['an error', { error: 'lost' }, { error: true, message: 'lost' }],
  ['an error that is none', { error: 'false' }, { error: false }],
  ['otel.status_code', { 'otel.status_code': 'ERROR' }, { error: true }],
  ['otel.status_code before error', { 'otel.status_code': 'OK', error: '' }, { error: false }],
];
for (const [what, tags, status] of STATUS) {
  test(`the status follows from ${what}`, async () => {
    const { spans } = await first((span) => Object.assign(span, { tags }));
    assert.deepEqual(spans[0]?.status, status);
    assert.equal(spans[0]?.attributes.error, undefined);
  });
}

test('kinds are read by name, and those of messages are no hop', async () => {
  for (const [kind, expected] of [
    ['CLIENT', 'client'],
    ['SERVER', 'server'],
    ['PRODUCER', 'internal'],
    ['CONSUMER', 'internal'],
    [undefined, 'internal'],
  ] as const) {
    const { spans } = await first((span) => Object.assign(span, { kind }));
    assert.equal(spans[0]?.kind, expected);
  }
});

test('what deviates is told of', async () => {
  for (const [change, told] of [
    [{ more: 1 }, ['unknown-member: "more" of span']],
    [{ annotations: [{ value: 'x' }] }, ['impossible-event-time: timestamp is missing']],
    [
      { tags: { 'otel.dropped_events_count': '2' } },
      ['dropped-by-sdk: otel.dropped_events_count 2'],
    ],
  ] as const) {
    const found = await first((span) => Object.assign(span, change));
    assert.deepEqual(found.told, told);
    assert.equal(found.spans[0]?.attributes['otel.dropped_events_count'], undefined);
  }
});

test('a span that was not ended has no time', async () => {
  const { spans } = await first((span) => delete span.duration);
  assert.equal(spans[0]?.impossible, 'duration is missing');
});

test('what cannot be read is refused with its place and value', async () => {
  for (const [change, message] of [
    [{ id: 'xyz' }, /^\[0\]\.id is "xyz"; allowed: 1 to 16 hex/],
    [{ kind: 'X' }, /kind is "X"; allowed: SERVER, CLIENT, PRODUCER, CONSUMER/],
    [{ kind: 'constructor' }, /kind is "constructor"; allowed: SERVER, CLIENT/],
    [{ timestamp: 'now' }, /timestamp is "now"; allowed: microseconds/],
    [{ tags: { k: 1 } }, /tags\["k"\] is 1; allowed: text/],
    [{ localEndpoint: { serviceName: 1 } }, /localEndpoint\.serviceName is 1; allowed: text/],
  ] as const) {
    const read = first((span) => Object.assign(span, change));
    await assert.rejects(read, { name: 'UnreadableError', message });
  }
});
