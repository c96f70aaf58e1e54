import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { openFiles } from '../../../../tools/traces/sources/files.ts';
import { spansOf } from './foreign-file.ts';
import { toArray } from './to-array.ts';

const START_MS = Date.UTC(2026, 2, 2, 10);

/** Of two programs, with an attribute of every type that has one. */
function recorded(): readonly ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const tracerOf = (service: string) =>
    new NodeTracerProvider({
      resource: resourceFromAttributes({ 'service.name': service, 'process.pid': 7 }),
      spanProcessors: [new SimpleSpanProcessor(exporter)],
    }).getTracer('test', '1.0.0');
  const call = tracerOf('frontend').startSpan('GET', {
    kind: SpanKind.CLIENT,
    startTime: START_MS,
    attributes: {
      text: 'a\u00e6',
      whole: -3,
      half: 0.5,
      yes: true,
      list: ['a', 'b'],
      large: 2 ** 40,
    },
  });
  const served = tracerOf('cart').startSpan(
    'GET /items',
    { kind: SpanKind.SERVER, startTime: START_MS + 1, links: [{ context: call.spanContext() }] },
    trace.setSpan(context.active(), call),
  );
  served.addEvent('miss', { key: 'item 7' }, START_MS + 2);
  served.setStatus({ code: SpanStatusCode.ERROR, message: 'no stock' });
  served.end(START_MS + 3);
  call.end(START_MS + 4);
  return exporter.getFinishedSpans();
}

const SPANS = recorded();
const encode = (spans: readonly ReadableSpan[]) =>
  Buffer.from(ProtobufTraceSerializer.serializeRequest([...spans]) ?? []);
const REQUEST = encode(SPANS);

function withLength(message: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
}

async function read(t: TestContext, bytes: Buffer | Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), 'protobuf-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'in');
  await writeFile(path, bytes);
  // However large a file is, protobuf is not indexed.
  const source = await openFiles([path], { fewestBytes: 0 });
  const traces = await toArray(source.read(AbortSignal.timeout(60_000)));
  return {
    spans: spansOf(traces),
    format: source.describe().format,
    deviations: source.deviations().map(({ kind, count, example }) => [kind, count, example.value]),
    truncated: source.truncated()?.replace(path, 'FILE') ?? null,
  };
}

const EACH = SPANS.map((span) => encode([span]));
const FILES: readonly (readonly [string, Buffer])[] = [
  ['a request', REQUEST],
  ['a file of the collector', Buffer.concat(EACH.map(withLength))],
  ['a request in gzip', gzipSync(REQUEST)],
  ['a file of the collector in zstd', zstdCompressSync(Buffer.concat(EACH.map(withLength)))],
];
for (const [name, bytes] of FILES) {
  test(`${name} in protobuf is read as the JSON of the same spans`, async (t) => {
    const json = await read(t, JsonTraceSerializer.serializeRequest([...SPANS]) ?? Buffer.alloc(0));
    const found = await read(t, bytes);
    assert.equal(found.spans.length, 2);
    assert.deepEqual(found.spans, json.spans);
    assert.equal(found.format, 'OTLP protobuf');
    assert.deepEqual([found.deviations, found.truncated], [[], null]);
  });
}

test('a file of the collector that is cut off is read up to there', async (t) => {
  const found = await read(t, Buffer.concat(EACH.map(withLength)).subarray(0, -5));
  assert.equal(found.spans.length, 1);
  assert.equal(
    found.truncated,
    'FILE is cut off in message 2; what is complete before the cut was read',
  );
});

test('a request that is cut off is read up to the last complete resource', async (t) => {
  const found = await read(t, REQUEST.subarray(0, -5));
  assert.equal(found.spans.length, 1);
  assert.match(found.truncated ?? '', /^FILE is cut off in message 1;/);
});

test('a field that nobody knows is told of', async (t) => {
  // Field 99, a varint of 5.
  const found = await read(t, Buffer.concat([REQUEST, Buffer.from([0x98, 0x06, 0x05])]));
  assert.deepEqual(found.deviations, [
    ['unknown-member', 1, '"field 99" of ExportTraceServiceRequest'],
  ]);
  assert.equal(found.spans.length, 2);
});

test('bytes that are damaged are refused with the message and the place', async (t) => {
  const [first = REQUEST, second = REQUEST] = EACH;
  const damaged = Buffer.from(second);
  const name = damaged.indexOf(SPANS[1]?.name ?? '');
  damaged[name] = 0xff;
  await assert.rejects(
    read(t, Buffer.concat([first, damaged].map(withLength))),
    /in, message 2: resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[0\]\.name is not UTF-8$/,
  );
  // Together with the byte above a length of over a million.
  damaged[name - 1] = 0xff;
  await assert.rejects(
    read(t, Buffer.concat([first, damaged].map(withLength))),
    /in, message 2: .* ends before its last field does$/,
  );
});

test('what cannot be read of a message is refused with its number', async (t) => {
  const [first = REQUEST, second = REQUEST] = EACH;
  const damaged = Buffer.from(second);
  const traceId = Buffer.from(SPANS[1]?.spanContext().traceId ?? '', 'hex');
  damaged.fill(0, damaged.indexOf(traceId), damaged.indexOf(traceId) + 16);
  await assert.rejects(
    read(t, Buffer.concat([first, damaged].map(withLength))),
    /in, message 2: resourceSpans\[0\].*\.traceId is 16 bytes; allowed: 32 hexadecimal digits/,
  );
});
