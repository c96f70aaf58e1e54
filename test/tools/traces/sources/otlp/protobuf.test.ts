import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOtlpProtobuf } from '../../../../../tools/traces/sources/otlp/protobuf.ts';

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
