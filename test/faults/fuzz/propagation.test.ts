import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metadata } from '@grpc/grpc-js';
import { defaultTextMapGetter, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import fc from 'fast-check';
import type { PropagatorName } from '../../../lib/telemetry/config.ts';
import { parentOrigin } from '../../../lib/telemetry/parent.ts';
import { createPropagator } from '../../../lib/telemetry/propagator.ts';
import { expectedParent } from './propagation-oracle.ts';
import { fuzz, type Verdict } from './surface.ts';

const TRACES = ['105445aa7843bc8bf206b12000100000', 'AAAABBBBccccddddeeeeffff00001111'];
const SPANS = ['00f067aa0ba902b7', '000000000000007b', 'FFFFFFFFFFFFFFF0'];
const NAMES: readonly PropagatorName[] = ['gcp_trace', 'tracecontext', 'b3', 'b3multi', 'baggage'];

const of = (right: readonly string[], wrong: readonly string[]) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...right) },
    { weight: 1, arbitrary: fc.constantFrom(...wrong) },
  );
const traceId = of(TRACES, [
  '0'.repeat(32),
  'abc',
  '',
  'a'.repeat(33),
  `${'g'.repeat(32)}`,
  'e'.repeat(16),
]);
const spanId = of(SPANS, ['0'.repeat(16), 'abc', '', '1'.repeat(17), 'x'.repeat(16)]);
const decimal = of(
  ['123', '67667974448284343', '18446744073709551615', '0', '00000000000000000123'],
  ['18446744073709551616', '-1', '1e3', '0x7b', '', 'abc', '1'.repeat(21), '١٢٣'],
);
const join = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((all) => all.join(''));
const word = (...words: string[]) => fc.constantFrom(...words);

const cloud = join(
  traceId,
  fc.oneof({ weight: 4, arbitrary: decimal.map((span) => `/${span}`) }, word('', '/')),
  of(
    [';o=1', ';o=0', '', ';o=3'],
    [';o=', ';o=256', ';o=9999', ';x', ';o=1;x', ';x;o=0', ';', ' ;o=1', ';O=1'],
  ),
);
const dashed = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((all) => all.join('-'));
const traceparent = join(
  dashed(
    of(['00'], ['01', 'ff', '0', 'zz']),
    traceId,
    spanId,
    of(['01', '00', '03'], ['1', '', '0g']),
  ),
  of([''], ['-', '-x', ' ', ',']),
);
const b3 = join(
  dashed(traceId, spanId),
  of(
    ['-1', '-0', '', '-d'],
    ['-', '-2', '-D', '-1-', '-true', `-1-${SPANS[0]}`, `-0-${SPANS[0]}-x`],
  ),
);

/** One header: right, wrong in one part, changed in one character, repeated or anything. */
const header = (value: fc.Arbitrary<string>): fc.Arbitrary<string | string[]> =>
  fc.oneof(
    { weight: 10, arbitrary: value },
    {
      weight: 1,
      arbitrary: fc
        .tuple(value, fc.nat(70), fc.string({ unit: 'binary-ascii', maxLength: 1 }))
        .map(([text, at, put]) => text.slice(0, at) + put + text.slice(at + 1)),
    },
    { weight: 1, arbitrary: fc.array(value, { maxLength: 3 }) },
    { weight: 1, arbitrary: value.map((text) => `${text}, ${text}`) },
    { weight: 1, arbitrary: fc.tuple(value, value).map(([one, other]) => `${one},${other}`) },
    { weight: 1, arbitrary: fc.string({ maxLength: 300 }) },
  );

const headers = fc.record(
  {
    'x-cloud-trace-context': header(cloud),
    traceparent: header(traceparent),
    tracestate: header(
      of(['a=1', 'a=1,b=2', 'ot=th:8'], ['', '=', 'a=', ',', 'A=1', `a=${'x'.repeat(600)}`]),
    ),
    b3: header(b3),
    'x-b3-traceid': header(traceId),
    'x-b3-spanid': header(spanId),
    'x-b3-sampled': header(of(['1', '0', 'true', 'false'], ['', 'd', '2'])),
    'x-b3-flags': header(of(['1', '0'], ['', 'x'])),
    baggage: header(of(['a=1', 'a=1;p,b=2'], ['', '=', '%', 'a=%zz', 'x'.repeat(9_000)])),
  },
  { requiredKeys: [] },
);
/** Each is made once: making Google's warns. */
const PROPAGATORS = (
  [
    NAMES.slice(0, 3),
    NAMES,
    ['gcp_trace'],
    ['tracecontext', 'b3'],
    ['b3multi', 'tracecontext'],
    ['b3'],
  ] as const satisfies readonly (readonly PropagatorName[])[]
).map((names) => ({ names, propagator: createPropagator(names) }));
const DEFAULT = PROPAGATORS[0] as (typeof PROPAGATORS)[number];

test('the parent of a request is the one that the rules name, whatever its headers are', async () => {
  await fuzz({
    name: 'propagation headers',
    quick: 3_300,
    full: 60_000,
    input: fc.tuple(fc.nat(PROPAGATORS.length - 1), headers),
    judge: ([index, carrier]): Verdict => {
      const { names, propagator } = PROPAGATORS[index] ?? DEFAULT;
      const before = JSON.stringify(carrier);
      const context = propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
      assert.equal(JSON.stringify(carrier), before, 'the headers were changed');
      const found = trace.getSpanContext(context);
      const origin = parentOrigin(context);
      const expected = expectedParent(names, carrier);
      if (expected === 'new trace') {
        assert.equal(found, undefined);
        return 'refused';
      }
      assert.match(found?.traceId ?? '', /^(?!0{32})[0-9a-f]{32}$/);
      assert.match(found?.spanId ?? '', /^(?!0{16})[0-9a-f]{16}$/);
      assert.deepEqual(
        {
          traceId: found?.traceId,
          parent: origin?.root ? 'none' : found?.spanId,
          sampled: found?.traceFlags === 1,
          frontEnd: origin?.frontEndSpanId,
          external: origin?.external,
        },
        expected,
      );
      return 'accepted';
    },
  });
});

test('headers of gRPC are read as those of HTTP', async () => {
  const getter = {
    keys: (carrier: Metadata) => Object.keys(carrier.getMap()),
    get: (carrier: Metadata, name: string) => carrier.get(name).map(String),
  };
  await fuzz({
    name: 'propagation metadata',
    quick: 700,
    full: 10_000,
    input: headers,
    judge: (carrier): Verdict => {
      const metadata = new Metadata();
      try {
        for (const [name, value] of Object.entries(carrier))
          for (const item of [value].flat()) metadata.add(name, item);
      } catch {
        // The sender cannot send it.
        return 'refused';
      }
      const { names, propagator } = DEFAULT;
      const found = trace.getSpanContext(propagator.extract(ROOT_CONTEXT, metadata, getter));
      const expected = expectedParent(names, carrier);
      assert.equal(found?.traceId, expected === 'new trace' ? undefined : expected.traceId);
      return expected === 'new trace' ? 'refused' : 'accepted';
    },
  });
});
