import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metadata } from '@grpc/grpc-js';
import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type TextMapPropagator,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { PropagatorName } from '../../../lib/telemetry/config.ts';
import { parentOrigin } from '../../../lib/telemetry/parent.ts';
import { createPropagator } from '../../../lib/telemetry/propagator.ts';

const DEFAULT: readonly PropagatorName[] = ['gcp_trace', 'tracecontext', 'b3'];

// Two traces; P is the caller's span, F the front end's, both also in decimal.
const T = '105445aa7843bc8bf206b12000100000';
const U = 'aaaabbbbccccddddeeeeffff00001111';
const P = '00f067aa0ba902b7';
const P10 = '67667974448284343';
const F = '000000000000007b';
const F10 = '123';
const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);

type Headers = Record<string, string>;
const xctc = (value: string): Headers => ({ 'x-cloud-trace-context': value });
const w3c = (value: string, tracestate?: string): Headers =>
  tracestate === undefined ? { traceparent: value } : { traceparent: value, tracestate };
const b3 = (value: string): Headers => ({ b3: value });

type Row = {
  name: string;
  headers: Headers;
  propagators?: readonly PropagatorName[];
  /** `trace/span/sampled source [F=front end] [external]`, span `root` for none; or 'new trace'. */
  expected: string;
};

const ROWS: readonly Row[] = [
  { name: 'no headers', headers: {}, expected: 'new trace' },

  // What Cloud Run's front end makes of our requests.
  {
    name: 'front end rewrote both headers, b3 restores',
    headers: { ...xctc(`${T}/${F10};o=1`), ...w3c(`00-${T}-${F}-01`), ...b3(`${T}-${P}-1`) },
    expected: `${T}/${P}/1 b3 F=${F}`,
  },
  {
    name: 'front end dropped the flag',
    headers: { ...xctc(`${T}/${F10}`), ...w3c(`00-${T}-${F}-01`), ...b3(`${T}-${P}-1`) },
    expected: `${T}/${P}/1 b3 F=${F}`,
  },
  {
    name: 'front end cleared the flag, b3 wins',
    headers: { ...xctc(`${T}/${F10};o=0`), ...w3c(`00-${T}-${F}-00`), ...b3(`${T}-${P}-1`) },
    expected: `${T}/${P}/1 b3 F=${F}`,
  },
  {
    name: 'front end set the flag, b3 says no',
    headers: { ...xctc(`${T}/${F10};o=1`), ...b3(`${T}-${P}-0`) },
    expected: `${T}/${P}/0 b3 F=${F}`,
  },
  {
    name: 'front end dropped its span id',
    headers: { ...xctc(`${T};o=1`), ...b3(`${T}-${P}-1`) },
    expected: `${T}/${P}/1 b3`,
  },
  {
    name: 'front end sent span 0',
    headers: { ...xctc(`${T}/0;o=1`), ...b3(`${T}-${P}-1`) },
    expected: `${T}/${P}/1 b3`,
  },
  {
    name: 'only traceparent rewritten',
    headers: { ...w3c(`00-${T}-${F}-00`), ...b3(`${T}-${P}-1`) },
    expected: `${T}/${P}/1 b3 F=${F}`,
  },
  {
    name: 'no front end between us',
    headers: { ...xctc(`${T}/${P10};o=1`), ...w3c(`00-${T}-${P}-01`), ...b3(`${T}-${P}-1`) },
    expected: `${T}/${P}/1 b3`,
  },
  {
    name: 'no front end, not sampled',
    headers: { ...xctc(`${T}/${P10};o=0`), ...w3c(`00-${T}-${P}-00`), ...b3(`${T}-${P}-0`) },
    expected: `${T}/${P}/0 b3`,
  },

  // Callers that send no b3: a browser, Cloud Scheduler, another system.
  {
    name: 'X-Cloud-Trace-Context alone',
    headers: xctc(`${T}/${F10};o=1`),
    expected: `${T}/${F}/1 gcp_trace external`,
  },
  {
    name: 'missing flag is not no',
    headers: xctc(`${T}/${F10}`),
    expected: `${T}/${F}/1 gcp_trace external`,
  },
  {
    name: 'explicit no is honoured',
    headers: xctc(`${T}/${F10};o=0`),
    expected: `${T}/${F}/0 gcp_trace external`,
  },
  {
    name: 'missing flag beside an unsampled traceparent of the same trace',
    headers: { ...xctc(`${T}/${F10}`), ...w3c(`00-${T}-${F}-00`) },
    expected: `${T}/${F}/1 gcp_trace external`,
  },
  {
    name: 'explicit no beside a sampled traceparent',
    headers: { ...xctc(`${T}/${F10};o=0`), ...w3c(`00-${T}-${F}-01`) },
    expected: `${T}/${F}/0 gcp_trace external`,
  },
  {
    name: 'traceparent alone',
    headers: w3c(`00-${T}-${F}-01`),
    expected: `${T}/${F}/1 tracecontext external`,
  },
  {
    name: 'traceparent alone, not sampled',
    headers: w3c(`00-${T}-${F}-00`),
    expected: `${T}/${F}/0 tracecontext external`,
  },
  {
    name: 'spanless X-Cloud-Trace-Context takes the span from traceparent',
    headers: { ...xctc(`${T};o=0`), ...w3c(`00-${T}-${F}-01`) },
    expected: `${T}/${F}/0 tracecontext external`,
  },

  // X-Cloud-Trace-Context names a trace and no span: nobody leads away from that trace.
  { name: 'trace alone', headers: xctc(T), expected: `${T}/root/1 gcp_trace` },
  { name: 'trace alone, yes', headers: xctc(`${T};o=1`), expected: `${T}/root/1 gcp_trace` },
  { name: 'trace alone, no', headers: xctc(`${T};o=0`), expected: `${T}/root/0 gcp_trace` },
  { name: 'span 0', headers: xctc(`${T}/0;o=1`), expected: `${T}/root/1 gcp_trace` },
  { name: 'span 0, no', headers: xctc(`${T}/0;o=0`), expected: `${T}/root/0 gcp_trace` },
  {
    name: 'trace alone and traceparent of another',
    headers: { ...xctc(`${T};o=1`), ...w3c(`00-${U}-${F}-00`) },
    expected: `${T}/root/1 gcp_trace`,
  },
  {
    name: 'trace alone and b3 of another',
    headers: { ...xctc(`${T};o=1`), ...b3(`${U}-${P}-0`) },
    expected: `${T}/root/1 gcp_trace`,
  },
  {
    name: 'trace alone, no, and both others of another, sampled',
    headers: { ...xctc(`${T};o=0`), ...w3c(`00-${U}-${F}-01`), ...b3(`${U}-${P}-1`) },
    expected: `${T}/root/0 gcp_trace`,
  },
  {
    name: 'trace alone, traceparent of another, b3 of the trace',
    headers: { ...xctc(`${T};o=1`), ...w3c(`00-${U}-${F}-01`), ...b3(`${T}-${P}-1`) },
    expected: `${T}/${P}/1 b3`,
  },
  {
    name: 'trace alone, traceparent of the trace, b3 of another',
    headers: { ...xctc(`${T};o=1`), ...w3c(`00-${T}-${F}-00`), ...b3(`${U}-${P}-1`) },
    expected: `${T}/${F}/1 tracecontext external`,
  },
  {
    name: 'trace alone without a flag, unsampled traceparent of the trace',
    headers: { ...xctc(T), ...w3c(`00-${T}-${F}-00`) },
    expected: `${T}/${F}/0 tracecontext external`,
  },
  {
    name: 'unusable trace leaves the decision to traceparent',
    headers: { ...xctc(`${NO_TRACE};o=0`), ...w3c(`00-${U}-${F}-01`), ...b3(`${T}-${P}-1`) },
    expected: `${U}/${F}/1 tracecontext external`,
  },
  {
    name: 'unusable trace and b3 alone',
    headers: { ...xctc('nonsense;o=0'), ...b3(`${U}-${P}-1`) },
    expected: `${U}/${P}/1 b3`,
  },
  {
    name: 'trace alone where b3 is left out',
    propagators: ['gcp_trace', 'tracecontext'],
    headers: { ...xctc(`${T};o=1`), ...b3(`${T}-${P}-0`) },
    expected: `${T}/root/1 gcp_trace`,
  },

  // b3 alone: a stock SDK that calls without a front end.
  { name: 'b3 alone', headers: b3(`${T}-${P}-1`), expected: `${T}/${P}/1 b3` },
  { name: 'b3 alone, no', headers: b3(`${T}-${P}-0`), expected: `${T}/${P}/0 b3` },
  { name: 'b3 debug', headers: b3(`${T}-${P}-d`), expected: `${T}/${P}/1 b3` },
  { name: 'b3 defers, nobody decides', headers: b3(`${T}-${P}`), expected: `${T}/${P}/1 b3` },
  {
    name: 'b3 defers, X-Cloud-Trace-Context says no',
    headers: { ...xctc(`${T}/${F10};o=0`), ...b3(`${T}-${P}`) },
    expected: `${T}/${P}/0 b3 F=${F}`,
  },
  {
    name: 'b3 defers, spanless X-Cloud-Trace-Context says no',
    headers: { ...xctc(`${T};o=0`), ...b3(`${T}-${P}`) },
    expected: `${T}/${P}/0 b3`,
  },
  { name: 'b3 with a parent', headers: b3(`${T}-${P}-1-${F}`), expected: `${T}/${P}/1 b3` },
  { name: 'b3 state alone', headers: b3('0'), expected: 'new trace' },
  {
    name: '64-bit b3 trace id is padded',
    headers: b3(`${T.slice(16)}-${P}-1`),
    expected: `${NO_SPAN}${T.slice(16)}/${P}/1 b3`,
  },

  // Conflicts.
  {
    name: 'b3 of another trace is ignored',
    headers: { ...xctc(`${T}/${F10};o=1`), ...b3(`${U}-${P}-0`) },
    expected: `${T}/${F}/1 gcp_trace external`,
  },
  {
    name: 'traceparent of another trace is ignored',
    headers: { ...xctc(`${T}/${F10};o=1`), ...w3c(`00-${U}-${P}-00`) },
    expected: `${T}/${F}/1 gcp_trace external`,
  },
  {
    name: 'three traces: X-Cloud-Trace-Context decides',
    headers: {
      ...xctc(`${T}/${F10};o=1`),
      ...w3c(`00-${U}-${P}-00`),
      ...b3(`${'1'.repeat(32)}-${P}-0`),
    },
    expected: `${T}/${F}/1 gcp_trace external`,
  },
  {
    name: 'traceparent outranks b3 of another trace',
    headers: { ...w3c(`00-${T}-${F}-01`), ...b3(`${U}-${P}-0`) },
    expected: `${T}/${F}/1 tracecontext external`,
  },
  {
    name: 'repeated header with two values is ignored',
    headers: { ...xctc(`${T}/${F10};o=1, ${U}/${F10};o=1`), ...b3(`${T}-${P}-1`) },
    expected: `${T}/${P}/1 b3`,
  },
  {
    name: 'repeated header with one value counts once',
    headers: xctc(`${T}/${F10};o=1, ${T}/${F10};o=1`),
    expected: `${T}/${F}/1 gcp_trace external`,
  },
  {
    name: 'repeated b3 with two values is ignored',
    headers: { ...xctc(`${T}/${F10};o=1`), ...b3(`${T}-${P}-1, ${T}-${F}-1`) },
    expected: `${T}/${F}/1 gcp_trace external`,
  },

  // Malformed and hostile values.
  {
    name: 'upper-case trace id is lowered',
    headers: { ...xctc(`${T.toUpperCase()}/${F10};o=1`), ...b3(`${T}-${P}-1`) },
    expected: `${T}/${P}/1 b3 F=${F}`,
  },
  {
    name: 'upper-case b3 is lowered',
    headers: { ...xctc(`${T}/${F10};o=1`), ...b3(`${T}-${P}-1`.toUpperCase()) },
    expected: `${T}/${P}/1 b3 F=${F}`,
  },
  {
    name: 'upper-case traceparent is invalid by its specification',
    headers: w3c(`00-${T.toUpperCase()}-${F}-01`),
    expected: 'new trace',
  },
  { name: 'zero trace', headers: xctc(`${NO_TRACE}/${F10};o=1`), expected: 'new trace' },
  { name: 'zero b3 trace', headers: b3(`${NO_TRACE}-${P}-1`), expected: 'new trace' },
  { name: 'zero b3 span', headers: b3(`${T}-${NO_SPAN}-1`), expected: 'new trace' },
  { name: 'zero traceparent span', headers: w3c(`00-${T}-${NO_SPAN}-01`), expected: 'new trace' },
  {
    name: 'span id of 2^64 - 1',
    headers: xctc(`${T}/18446744073709551615;o=1`),
    expected: `${T}/ffffffffffffffff/1 gcp_trace external`,
  },
  {
    name: 'span id of 2^64 spoils the header',
    headers: { ...xctc(`${T}/18446744073709551616;o=1`), ...w3c(`00-${T}-${F}-01`) },
    expected: `${T}/${F}/1 tracecontext external`,
  },
  { name: 'hexadecimal span id', headers: xctc(`${T}/${P};o=1`), expected: 'new trace' },
  { name: 'negative span id', headers: xctc(`${T}/-1;o=1`), expected: 'new trace' },
  { name: 'short trace id', headers: xctc(`${T.slice(1)}/1;o=1`), expected: 'new trace' },
  { name: 'long trace id', headers: xctc(`${T}0/1;o=1`), expected: 'new trace' },
  {
    name: 'options beyond the flag are passed over',
    headers: xctc(`${T}/${F10};o=1;x=2`),
    expected: `${T}/${F}/1 gcp_trace external`,
  },
  {
    name: 'the flag is the lowest bit of the options',
    headers: xctc(`${T}/${F10};o=2`),
    expected: `${T}/${F}/0 gcp_trace external`,
  },
  {
    name: 'garbage for a flag is a missing flag',
    headers: xctc(`${T}/${F10};o=yes`),
    expected: `${T}/${F}/1 gcp_trace external`,
  },
  { name: 'garbage after the span', headers: xctc(`${T}/1 OR 1=1`), expected: 'new trace' },
  { name: 'empty header', headers: xctc(''), expected: 'new trace' },
  {
    name: 'oversized header',
    headers: xctc(`${T}/${F10};o=1;${'x'.repeat(10_000)}`),
    expected: 'new trace',
  },
  { name: 'script in a header', headers: b3('<script>alert(1)</script>'), expected: 'new trace' },
  { name: 'b3 within other text', headers: b3(`x${T}-${P}-1`), expected: 'new trace' },
  { name: 'prototype names', headers: b3('__proto__-constructor-1'), expected: 'new trace' },
  { name: 'forbidden version', headers: w3c(`ff-${T}-${F}-01`), expected: 'new trace' },
  {
    name: 'malformed b3 leaves the platform parent',
    headers: { ...xctc(`${T}/${F10};o=1`), ...b3(`${T}-${P}-x`) },
    expected: `${T}/${F}/1 gcp_trace external`,
  },

  // OTEL_PROPAGATORS.
  {
    name: 'without b3 nothing is restored, nothing is marked',
    propagators: ['gcp_trace', 'tracecontext'],
    headers: { ...xctc(`${T}/${F10};o=1`), ...b3(`${T}-${P}-1`) },
    expected: `${T}/${F}/1 gcp_trace`,
  },
  {
    name: 'tracecontext alone reads nothing else',
    propagators: ['tracecontext'],
    headers: { ...xctc(`${U}/${F10};o=1`), ...w3c(`00-${T}-${P}-01`), ...b3(`${U}-${P}-1`) },
    expected: `${T}/${P}/1 tracecontext`,
  },
  {
    name: 'gcp_trace alone reads nothing else',
    propagators: ['gcp_trace'],
    headers: { ...xctc(`${T}/${F10};o=1`), ...w3c(`00-${U}-${P}-01`) },
    expected: `${T}/${F}/1 gcp_trace`,
  },
  {
    name: 'b3multi restores too',
    propagators: ['gcp_trace', 'b3multi'],
    headers: {
      ...xctc(`${T}/${F10};o=0`),
      ...{ 'x-b3-traceid': T, 'x-b3-spanid': P, 'x-b3-sampled': '1' },
    },
    expected: `${T}/${P}/1 b3 F=${F}`,
  },
  { name: 'none', propagators: [], headers: xctc(`${T}/${F10};o=1`), expected: 'new trace' },
];

/** The two carriers of this system, filled as the instrumentations see them. */
const CARRIERS = {
  'HTTP headers': {
    carrier: (headers: Headers): unknown => headers,
    getter: defaultTextMapGetter,
  },
  'gRPC metadata': {
    carrier(headers: Headers): unknown {
      const metadata = new Metadata();
      for (const [name, value] of Object.entries(headers)) {
        for (const item of name === 'tracestate' ? [value] : value.split(', ')) {
          metadata.add(name, item);
        }
      }
      return metadata;
    },
    getter: {
      keys: (carrier: unknown) => Object.keys((carrier as Metadata).getMap()),
      get: (carrier: unknown, key: string) => (carrier as Metadata).get(key).map(String),
    },
  },
};

test('MISSING_SAMPLED_FLAG=drop reads a header without the flag as a no, whatever b3 says', () => {
  const propagator = createPropagator(['gcp_trace', 'b3'], 'drop');
  const [traceId, spanId] = ['1'.repeat(32), '2'.repeat(16)];
  const b3 = `${traceId}-${spanId}-1`;
  const flagsOf = (headers: Record<string, string>) => {
    const context = propagator.extract(ROOT_CONTEXT, headers, {
      keys: (carrier) => Object.keys(carrier),
      get: (carrier: Record<string, string>, key) => carrier[key],
    });
    const span = trace.getSpanContext(context);
    assert.equal(span?.traceId, traceId);
    return span?.traceFlags;
  };
  const cloud = 'x-cloud-trace-context';
  assert.equal(flagsOf({ [cloud]: `${traceId}/7`, b3 }), TraceFlags.NONE);
  assert.equal(flagsOf({ [cloud]: `${traceId}/7` }), TraceFlags.NONE);
  assert.equal(flagsOf({ [cloud]: `${traceId}/7;o=1`, b3 }), TraceFlags.SAMPLED);
  assert.equal(flagsOf({ b3 }), TraceFlags.SAMPLED);
  assert.equal(flagsOf({ b3: `${traceId}-${spanId}` }), TraceFlags.NONE);
});

/** One of each kind: Google's package prints its deprecation for every instance. */
const made = new Map<string, TextMapPropagator>();
function propagatorFor(names: readonly PropagatorName[]): TextMapPropagator {
  const key = names.join();
  const propagator = made.get(key) ?? createPropagator(names);
  made.set(key, propagator);
  return propagator;
}

for (const [kind, { carrier, getter }] of Object.entries(CARRIERS)) {
  for (const { name, headers, propagators = DEFAULT, expected } of ROWS) {
    test(`${kind}: ${name}`, () => {
      const context = propagatorFor(propagators).extract(ROOT_CONTEXT, carrier(headers), getter);
      const span = trace.getSpanContext(context);
      const origin = parentOrigin(context);
      const found =
        span === undefined
          ? 'new trace'
          : [
              `${span.traceId}/${origin?.root ? 'root' : span.spanId}/${span.traceFlags & TraceFlags.SAMPLED}`,
              origin?.source,
              origin?.frontEndSpanId && `F=${origin.frontEndSpanId}`,
              origin?.external && 'external',
            ]
              .filter(Boolean)
              .join(' ');
      assert.equal(found, expected);
    });
  }
}

function inject(names: readonly PropagatorName[], headers: Headers): Headers {
  const propagator = propagatorFor(names);
  const sent: Headers = {};
  const context = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
  propagator.inject(context, sent, defaultTextMapSetter);
  return sent;
}

test('all chosen headers are sent, and no empty tracestate', () => {
  assert.deepEqual(inject(DEFAULT, b3(`${T}-${P}-1`)), {
    'x-cloud-trace-context': `${T}/${P10};o=1`,
    traceparent: `00-${T}-${P}-01`,
    b3: `${T}-${P}-1`,
  });
  assert.deepEqual(inject(['tracecontext'], w3c(`00-${T}-${P}-00`)), {
    traceparent: `00-${T}-${P}-00`,
  });
  assert.deepEqual(inject(['b3multi'], { 'x-b3-traceid': T, 'x-b3-spanid': P }), {
    'x-b3-traceid': T,
    'x-b3-spanid': P,
    'x-b3-sampled': '1',
  });
  assert.deepEqual(inject([], xctc(`${T}/${P10};o=1`)), {});
});

test('an empty list of tracestates, as gRPC metadata gives it, sends no tracestate on', () => {
  const propagator = propagatorFor(DEFAULT);
  const { carrier, getter } = CARRIERS['gRPC metadata'];
  const metadata = carrier(w3c(`00-${T}-${P}-01`));
  const sent: Headers = {};
  propagator.inject(propagator.extract(ROOT_CONTEXT, metadata, getter), sent, defaultTextMapSetter);
  assert.deepEqual(Object.keys(sent), ['x-cloud-trace-context', 'traceparent', 'b3']);
});

test('tracestate travels on with its own trace only', () => {
  const own = inject(DEFAULT, { ...w3c(`00-${T}-${F}-01`, 'a=1'), ...b3(`${T}-${P}-1`) });
  assert.equal(own.tracestate, 'a=1');
  const other = inject(DEFAULT, { ...w3c(`00-${U}-${F}-01`, 'a=1'), ...xctc(`${T}/1;o=1`) });
  assert.equal(other.tracestate, undefined);
});

test('the threshold in tracestate goes on through a front end, in headers and in gRPC metadata', () => {
  const headers = {
    ...xctc(`${T}/${F10};o=1`),
    ...w3c(`00-${T}-${F}-01`, 'ot=th:c,a=1'),
    ...b3(`${T}-${P}-1`),
  };
  const propagator = propagatorFor(DEFAULT);
  for (const { carrier, getter } of Object.values(CARRIERS)) {
    const sent: Headers = {};
    const context = propagator.extract(ROOT_CONTEXT, carrier(headers), getter);
    propagator.inject(context, sent, defaultTextMapSetter);
    assert.equal(sent.tracestate, 'ot=th:c,a=1');
  }
});

test('a shed trace stays shed where the front end has dropped the flag', () => {
  const shed = { ...xctc(`${T}/${F10}`), ...w3c(`00-${T}-${F}-00`, 'shakesapp=shed') };
  const sent = inject(DEFAULT, { ...shed, ...b3(`${T}-${P}-0`) });
  assert.deepEqual(
    [sent['x-cloud-trace-context'], sent.traceparent, sent.tracestate],
    [`${T}/${P10};o=0`, `00-${T}-${P}-00`, 'shakesapp=shed'],
  );
});

test('nothing is sent without a valid span or where tracing is suppressed', () => {
  const propagator = propagatorFor(DEFAULT);
  const sent: Headers = {};
  propagator.inject(ROOT_CONTEXT, sent, defaultTextMapSetter);
  const traced = propagator.extract(ROOT_CONTEXT, b3(`${T}-${P}-1`), defaultTextMapGetter);
  propagator.inject(suppressTracing(traced), sent, defaultTextMapSetter);
  assert.deepEqual(sent, {});
});

test('baggage travels only where it is chosen', () => {
  const headers = { ...b3(`${T}-${P}-1`), baggage: 'user=1' };
  assert.equal(inject([...DEFAULT, 'baggage'], headers).baggage, 'user=1');
  assert.equal(inject(DEFAULT, headers).baggage, undefined);
});
