import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  joinB3Multi,
  parseB3,
  parseCloudTraceContext,
  singleValue,
} from '../../../lib/telemetry/trace-headers.ts';

const T = '105445aa7843bc8bf206b12000100000';

test('a repeated header counts once if its values agree and not at all if they differ', () => {
  assert.equal(singleValue(undefined), undefined);
  assert.equal(singleValue([]), undefined);
  assert.equal(singleValue(' a '), 'a');
  assert.equal(singleValue('a, a'), 'a');
  assert.equal(singleValue(['a', 'a']), 'a');
  assert.equal(singleValue('a, b'), undefined);
  assert.equal(singleValue(['a', 'b']), undefined);
  assert.equal(singleValue('x'.repeat(257)), undefined);
});

test('the span id of X-Cloud-Trace-Context is decimal and fits 64 bits', () => {
  const parse = (span: string) => parseCloudTraceContext(`${T}/${span};o=1`)?.spanId;
  assert.equal(parse('1'), '0000000000000001');
  assert.equal(parse('18446744073709551615'), 'ffffffffffffffff');
  assert.equal(parse('18446744073709551616'), undefined);
  assert.equal(parse('00000000000000000007'), '0000000000000007');
});

test('every 64-bit span id survives X-Cloud-Trace-Context', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), (id) => {
      const spanId = parseCloudTraceContext(`${T}/${id};o=1`)?.spanId;
      assert.equal(BigInt(`0x${spanId}`), id);
      assert.equal(spanId?.length, 16);
    }),
  );
});

test('no text whatever makes a parser throw or yield a malformed id', () => {
  const anything = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.stringMatching(/^[0-9a-fA-F]{30,34}[/-][0-9a-f]{0,22}[;-]?o?=?[0-9d]?$/),
  );
  fc.assert(
    fc.property(anything, (text) => {
      for (const parsed of [parseCloudTraceContext(text), parseB3(text)]) {
        if (parsed === undefined) continue;
        assert.match(parsed.traceId, /^(?!0{32})[0-9a-f]{32}$/);
        if (parsed.spanId !== undefined) assert.match(parsed.spanId, /^(?!0{16})[0-9a-f]{16}$/);
      }
    }),
  );
});

test('the multi form of b3 reads like the single form', () => {
  const join = (headers: Record<string, string>) => joinB3Multi((name) => headers[name]);
  const ids = { 'x-b3-traceid': T, 'x-b3-spanid': '00f067aa0ba902b7' };
  assert.equal(join(ids), `${T}-00f067aa0ba902b7`);
  assert.equal(join({ ...ids, 'x-b3-sampled': '0' }), `${T}-00f067aa0ba902b7-0`);
  assert.equal(join({ ...ids, 'x-b3-sampled': 'true' }), `${T}-00f067aa0ba902b7-1`);
  assert.equal(join({ ...ids, 'x-b3-sampled': '0', 'x-b3-flags': '1' }), `${T}-00f067aa0ba902b7-d`);
  assert.equal(join({ 'x-b3-traceid': T }), undefined);
});
