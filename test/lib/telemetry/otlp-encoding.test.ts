import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Attributes,
  createTraceState,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
} from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import { createOtlpEncoder } from '../../../lib/telemetry/otlp-encoding.ts';
import { createBrokenSpan, makeSpan, type SpanParts } from './ended-span.ts';

const RESOURCE = resourceFromAttributes(
  { 'service.name': 'client', 'shakesapp.config.cpu': 2, list: ['a', 'b'] },
  { schemaUrl: 'https://example.test/resource' },
);

/** What OpenTelemetry's own transformer and this project's encoder make of the same spans. */
function assertSame(spans: readonly ReadableSpan[], resource: Resource = RESOURCE): void {
  const complete = spans.map(
    (span): ReadableSpan => Object.create(span, { resource: { value: resource } }),
  );
  const theirs = Buffer.from(ProtobufTraceSerializer.serializeRequest(complete) ?? []);
  const { pack, encode } = createOtlpEncoder();
  assert.equal(encode(spans.map(pack), resource).toString('hex'), theirs.toString('hex'));
}

const CONTEXT = {
  traceId: '1'.repeat(32),
  spanId: 'f'.repeat(16),
  traceFlags: TraceFlags.SAMPLED,
  traceState: createTraceState('ot=th:8,other=1'),
};

const CASES: Readonly<Record<string, SpanParts>> = {
  'nothing but a name': {},
  'an empty name': { name: '' },
  'text of all sizes around a byte of length': {
    attributes: Object.fromEntries(
      [0, 1, 47, 48, 49, 119, 127, 128, 16_383, 16_384].map((n) => [`k${n}`, 'v'.repeat(n)]),
    ),
  },
  'text beyond ASCII': {
    name: 'straße',
    attributes: { ключ: 'ü', emoji: '🎭'.repeat(40), sharp: 'ÿ'.repeat(90), half: 'a\ud83d' },
  },
  numbers: {
    attributes: {
      ...{
        zero: 0,
        minusZero: -0,
        one: 1,
        half: 0.5,
        minus: -1,
        big: 2 ** 31,
        bigger: 2 ** 40 + 1,
      },
      ...{ max: Number.MAX_SAFE_INTEGER, low: Number.MIN_SAFE_INTEGER, exact: 2 ** 60 },
      ...{ above: 2 ** 63, lowest: -(2 ** 63), below: -1e300, nan: Number.NaN, infinite: -1 / 0 },
    },
  },
  'booleans and lists': {
    attributes: { yes: true, no: false, texts: ['a', 'b'], numbers: [1, 2.5], none: [] },
  },
  'a list with gaps': { attributes: { gaps: ['a', null, undefined] } },
  events: {
    events: [
      ['request_start', {}],
      ['ended', { text: 'a', number: 1, list: [1] }],
    ],
  },
  links: {
    links: [
      { context: CONTEXT, attributes: { why: 'shared', times: 2 } },
      { context: { ...CONTEXT, isRemote: true } },
    ],
  },
  ok: { status: { code: SpanStatusCode.OK } },
  error: { status: { code: SpanStatusCode.ERROR, message: 'it failed' } },
  'an error with an empty message': { status: { code: SpanStatusCode.ERROR, message: '' } },
  'a scope with a version': { scope: ['other', '1.2.3', { schemaUrl: 'https://example.test/' }] },
  ...Object.fromEntries(
    [SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER].map((kind) => [
      SpanKind[kind],
      { kind },
    ]),
  ),
};

describe('a span is encoded to the byte as the transformer encodes it', () => {
  for (const [name, parts] of Object.entries(CASES)) {
    test(name, () => assertSame([makeSpan(parts)]));
  }

  for (const [name, parent] of [
    ['a parent of this process', { ...CONTEXT }],
    ['a parent of another', { ...CONTEXT, isRemote: true }],
  ] as const) {
    test(name, () => {
      const span = makeSpan({});
      const child = Object.create(span, {
        parentSpanContext: { value: parent },
        spanContext: { value: () => CONTEXT },
        startTime: { value: [2 ** 33, 999_999_999] },
        endTime: { value: [2 ** 34 - 1, 1] },
      });
      assertSame([child]);
    });
  }
});

test('spans of several scopes are grouped by scope, in the order of their first span', () => {
  const names = ['a', 'b', 'a', 'c', 'b', 'a'];
  assertSame(names.map((scope, i) => makeSpan({ name: `span ${i}`, scope: [scope] })));
});

test('a resource without a schema and without attributes is encoded likewise', () => {
  assertSame([makeSpan({})], resourceFromAttributes({}));
});

test('three hundred random spans are encoded likewise', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 200 });
  const value = fc.oneof(
    ...[text, fc.double(), fc.maxSafeInteger(), fc.boolean()],
    ...[fc.array(text, { maxLength: 3 }), fc.array(fc.double(), { maxLength: 3 })],
  );
  const attributes = fc.dictionary(fc.string({ minLength: 1, maxLength: 60 }), value, {
    maxKeys: 10,
  }) as fc.Arbitrary<Attributes>;
  const spans = fc.sample(
    fc
      .record({
        name: text,
        kind: fc.constantFrom(0, 1, 2, 3, 4),
        attributes,
        events: fc.array(fc.tuple(text, attributes), { maxLength: 3 }),
        scope: fc.constantFrom(['a'] as const, ['b', '2'] as const),
      })
      .map(makeSpan),
    { numRuns: 300, seed: 1 },
  );
  assertSame(spans);
});

test('a span that cannot be encoded leaves nothing behind, neither in a batch nor in a span', () => {
  const { pack, encode } = createOtlpEncoder();
  const packed = pack(makeSpan({}));
  const span = makeSpan({});
  const before = [encode([packed], RESOURCE), pack(span)];
  assert.throws(() => pack(createBrokenSpan()), /broken/);
  const batch = encode([packed], RESOURCE);
  assert.throws(() => pack(createBrokenSpan()), /broken/);
  assert.deepEqual([batch, pack(span)], before);
});

test('spans that wait share memory with one another, and with nothing that the process forgets', () => {
  const { pack } = createOtlpEncoder();
  const [first, other, second] = [pack(makeSpan({})), Buffer.allocUnsafe(100), pack(makeSpan({}))];
  assert.equal(first.buffer, second.buffer);
  assert.notEqual(first.buffer, other.buffer);
  const attributes = { text: 'x'.repeat(5_000) };
  const long = pack(makeSpan({ attributes }));
  assert.equal(long.buffer.byteLength, long.length);
});
