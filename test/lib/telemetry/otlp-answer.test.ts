import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { judgeAnswer, type OtlpAnswer } from '../../../lib/telemetry/otlp-answer.ts';

const PROTOBUF = 'application/x-protobuf';
/** ExportTraceServiceResponse { partial_success { rejected_spans: 2, error_message: "no" } } */
const PARTIAL = Buffer.from([0x0a, 0x06, 0x08, 0x02, 0x12, 0x02, 0x6e, 0x6f]);
/** google.rpc.Status { code: 3, message: "no" } */
const RPC_STATUS = Buffer.from([0x08, 0x03, 0x12, 0x02, 0x6e, 0x6f]);

const answer = (body: string | Buffer, contentType: string | undefined, status = 200) =>
  ({ status, contentType, body: Buffer.from(body) }) satisfies OtlpAnswer;

const stored: [title: string, answer: OtlpAnswer, rejected: number, warning?: string][] = [
  ['an empty body', answer('', PROTOBUF), 0],
  ['an empty body without a content type', answer('', undefined), 0],
  ['202', answer('', PROTOBUF, 202), 0],
  ['a partial success', answer(PARTIAL, PROTOBUF), 2, 'no'],
  ['a partial success without a content type', answer(PARTIAL, undefined), 2, 'no'],
  ['a content type with a parameter', answer(PARTIAL, `${PROTOBUF}; charset=utf-8`), 2, 'no'],
  ['an empty JSON object', answer('{}', 'application/json'), 0],
  ['a JSON object without a content type', answer('{}', undefined), 0],
  [
    'a partial success in JSON, its count a string',
    answer('{"partialSuccess":{"rejectedSpans":"2","errorMessage":"no"}}', 'application/json'),
    2,
    'no',
  ],
  [
    'a body that was compressed without being asked for',
    { ...answer(gzipSync(PARTIAL), PROTOBUF), contentEncoding: 'gzip' },
    2,
    'no',
  ],
];
for (const [title, given, rejected, warning] of stored) {
  test(`takes ${title} for an export response`, () => {
    assert.deepEqual(judgeAnswer(given, []), { stored: true, rejected, warning });
  });
}

const foreign: [title: string, answer: OtlpAnswer][] = [
  ['an HTML page', answer('<html>sign in</html>', 'text/html')],
  ['an HTML page that calls itself protobuf', answer('<html>sign in</html>', PROTOBUF)],
  ['a word', answer('OK', 'text/plain')],
  ['a word without a content type', answer('OK', undefined)],
  ['another JSON object', answer('{"error":"no"}', 'application/json')],
  ['a JSON list', answer('[]', 'application/json')],
  ['JSON that is cut', answer('{"partialSuccess":', 'application/json')],
  [
    'a count that is no number',
    answer('{"partialSuccess":{"rejectedSpans":"x"}}', 'application/json'),
  ],
  ['another protobuf message', answer(RPC_STATUS, PROTOBUF)],
  ['protobuf that is cut', answer(PARTIAL.subarray(0, 4), PROTOBUF)],
];
for (const [title, given] of foreign) {
  test(`does not take ${title} for an export response, whatever the status`, () => {
    const verdict = judgeAnswer(given, []);
    assert.ok(!verdict.stored);
    assert.match(verdict.reason, /^HTTP 200 OK, but no export response/);
  });
}

test('quotes 300 characters of a refusal in one line', () => {
  const verdict = judgeAnswer(answer(`no\r\n\u2028\0${'x'.repeat(1_000)}`, 'text/plain', 403), []);
  assert.deepEqual(verdict, {
    stored: false,
    passes: false,
    reason: `HTTP 403 Forbidden: no ${'x'.repeat(297)}…`,
  });
});

test('says of an empty refusal that it is empty', () => {
  const verdict = judgeAnswer(answer('', undefined, 413), []);
  assert.deepEqual(verdict, {
    stored: false,
    passes: false,
    reason: 'HTTP 413 Payload Too Large: (empty body)',
  });
});

test('counts the bytes of a refusal that holds no text', () => {
  for (const body of ['\0\u0001\u0002', ' \r\n']) {
    const verdict = judgeAnswer(answer(body, undefined, 400), []);
    assert.ok(!verdict.stored);
    assert.equal(verdict.reason, 'HTTP 400 Bad Request: (3 bytes that are no text)');
  }
});

test('leaves secrets out in each form in which they may come back', () => {
  const body = 'a"b c, a\\"b c, a%22b%20c; id 1';
  const verdict = judgeAnswer(answer(body, 'text/plain', 401), ['a"b c', '1']);
  assert.ok(!verdict.stored);
  assert.equal(verdict.reason, 'HTTP 401 Unauthorized: (secret), (secret), (secret); id 1');
});
