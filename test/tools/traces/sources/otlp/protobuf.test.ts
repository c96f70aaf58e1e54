import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { openFiles } from '../../../../../tools/traces/sources/files.ts';
import { isOtlpProtobuf } from '../../../../../tools/traces/sources/otlp/protobuf.ts';

/** What the SDK for JavaScript sends. */
function requestOf(resource: Resource, spans = 1): Buffer {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({
    resource,
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  for (let at = 0; at < spans; at += 1) provider.getTracer('t').startSpan(`span ${at}`).end();
  const bytes = ProtobufTraceSerializer.serializeRequest(exporter.getFinishedSpans());
  assert.ok(bytes !== undefined);
  return Buffer.from(bytes);
}

const NAMED = resourceFromAttributes({ 'service.name': 'checkout' });

function withLength(message: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
}

const FILES: readonly (readonly [string, Buffer])[] = [
  ['a request', requestOf(NAMED)],
  ['a request of 500 spans', requestOf(NAMED, 500)],
  ['a file of the collector', Buffer.concat([requestOf(NAMED), requestOf(NAMED)].map(withLength))],
  ['a request in gzip', gzipSync(requestOf(NAMED))],
];
for (const [name, bytes] of FILES) {
  test(`${name} in protobuf is named, with how to export JSON`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'protobuf-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'in.pb');
    await writeFile(path, bytes);
    await assert.rejects(openFiles([path]), (error: Error) => {
      const { message } = error;
      assert.ok(
        message.startsWith(`${path} is OTLP in protobuf, which is not read; instead, send`),
      );
      assert.match(message, /Collector .* file exporter \(format: json\)$/);
      return true;
    });
  });
}

test('text that begins with line ends is no protobuf, nor are other bytes', () => {
  for (const bytes of [
    Buffer.from('\n \n\n\n{"resourceSpans":[]}'),
    Buffer.from('\n\n\n\n\n\n\n{}'),
    Buffer.from([0x0a, 0x05, 0x0a, 0x80, 0x80, 0x01, 0x0a]),
    Buffer.from([0x0a]),
    Buffer.alloc(64),
    Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  ]) {
    assert.equal(isOtlpProtobuf(bytes), false, bytes.toString('hex'));
  }
});
