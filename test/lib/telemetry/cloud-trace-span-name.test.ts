import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSpanNameWriter } from '../../../lib/telemetry/cloud-trace-span-name.ts';
import { ProtobufWriter } from '../../../lib/telemetry/protobuf-writer.ts';

const TRACE_ID = '0123456789abcdef0123456789abcdef';
const SPAN_ID = 'fedcba9876543210';

/** The same name as one text. */
function asText(field: number, name: string): Buffer {
  const writer = new ProtobufWriter();
  writer.text(field, name);
  return writer.finish();
}

for (const [title, project] of [
  ['a project', 'shakesapp-demo'],
  ['a project of a domain', 'example.com:shakesapp'],
  ['a project whose name has more bytes than letters', 'projekt-äöü'],
  ['a name whose size takes two bytes', 'p'.repeat(100)],
] as const) {
  test(`writes the name of a span piece by piece as it writes it as one text: ${title}`, () => {
    const writer = new ProtobufWriter();
    createSpanNameWriter(writer, 1, project)(TRACE_ID, SPAN_ID);
    const name = `projects/${project}/traces/${TRACE_ID}/spans/${SPAN_ID}`;
    assert.deepEqual(writer.finish(), asText(1, name));
  });
}

test('writes each name under its field, with its own ids, between what others write', () => {
  const writer = new ProtobufWriter();
  const write = createSpanNameWriter(writer, 4, 'one');
  const writeOther = createSpanNameWriter(writer, 5, 'other');
  writer.integer(1, 7);
  write(TRACE_ID, SPAN_ID);
  writeOther(TRACE_ID, 'a'.repeat(16));
  write('b'.repeat(32), SPAN_ID);
  assert.deepEqual(
    writer.finish(),
    Buffer.concat([
      Buffer.from([1 << 3, 7]),
      asText(4, `projects/one/traces/${TRACE_ID}/spans/${SPAN_ID}`),
      asText(5, `projects/other/traces/${TRACE_ID}/spans/${'a'.repeat(16)}`),
      asText(4, `projects/one/traces/${'b'.repeat(32)}/spans/${SPAN_ID}`),
    ]),
  );
});
