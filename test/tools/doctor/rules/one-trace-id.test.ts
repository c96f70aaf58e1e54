import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../../lib/telemetry/names.ts';
import { oneTraceId } from '../../../../tools/doctor/rules/one-trace-id.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import { CLOUD_RUN, GKE, healthyTraces, idOf } from '../healthy-traces.ts';
import { lookBy, seenBy } from '../seen-by.ts';

/** As the healthy traces, but the server of each platform's request begins another trace. */
function torn(traceId: string, own: string, laterMs = 0): readonly Trace[] {
  const trace = healthyTraces().find((one) => one.traceId === traceId);
  assert.ok(trace);
  const zeroMs = trace.spans[0]?.startMs ?? 0;
  // Both platforms at the same moment.
  const shiftMs = Date.UTC(2026, 10, 20, 10, 15) - zeroMs + laterMs;
  const below = new Set((['serve', 'read', 'object', 'search'] as const).map(idOf));
  const spans = trace.spans.map((span) => ({
    ...span,
    startMs: span.startMs + shiftMs,
    endMs: span.endMs + shiftMs,
  }));
  const entry = spans
    .filter(({ spanId }) => below.has(spanId))
    .map(({ parentSpanId, ...span }) => ({
      ...span,
      traceId: own,
      ...(span.spanId === idOf('serve') || parentSpanId === undefined ? {} : { parentSpanId }),
    }));
  const caller = spans.filter(({ spanId }) => !below.has(spanId));
  return [
    { ...trace, spans: caller },
    { ...trace, traceId: own, spans: entry },
  ];
}

/** The trace under another id. */
const renamed = (trace: Trace, traceId: string): Trace => ({
  ...trace,
  traceId,
  spans: trace.spans.map((span) => ({ ...span, traceId })),
});

/** Each trace that is said to have called another one, in the order of the called ones. */
const callersOf = (traces: readonly Trace[]) =>
  seenBy(oneTraceId, traces).map((detail) => / of trace (\w+) called it$/.exec(detail)?.[1]);

const [RUN_OWN, GKE_OWN, LATER] = ['1', '2', '3'].map((digit) => digit.repeat(32)) as [
  string,
  string,
  string,
];

for (const [order, traces] of [
  ['Cloud Run first', [...torn(CLOUD_RUN, RUN_OWN), ...torn(GKE, GKE_OWN)]],
  ['GKE first', [...torn(GKE, GKE_OWN), ...torn(CLOUD_RUN, RUN_OWN)]],
] as const) {
  test(`names the caller of the same platform where both called at once, ${order}`, () => {
    assert.deepEqual(callersOf(traces).sort(), [CLOUD_RUN, GKE]);
    const { explains } = lookBy(oneTraceId, traces);
    assert.deepEqual(explains.sort(), [CLOUD_RUN, GKE, RUN_OWN, GKE_OWN].sort());
  });
}

test('names no caller where only the other platform has one', () => {
  const [, entry] = torn(GKE, GKE_OWN);
  const [caller] = torn(CLOUD_RUN, RUN_OWN);
  assert.ok(caller && entry);
  assert.deepEqual(callersOf([caller, entry]), []);
});

test('of two calls that were open at once the nearer one is named', () => {
  const [earlier, entry] = torn(CLOUD_RUN, RUN_OWN);
  const [later] = torn(CLOUD_RUN, RUN_OWN, 4);
  assert.ok(earlier && later && entry);
  assert.deepEqual(callersOf([earlier, renamed(later, LATER), entry]), [LATER]);
});

test('a server that was kept waiting for its end is still found', () => {
  const [caller, entry] = torn(CLOUD_RUN, RUN_OWN);
  assert.ok(caller && entry);
  const waiting = {
    ...entry,
    spans: entry.spans.map((span) =>
      span.spanId === idOf('serve') ? { ...span, endMs: span.endMs + 40 } : span,
    ),
  };
  assert.deepEqual(callersOf([caller, waiting]), [CLOUD_RUN]);
});

test('one call has called one server', () => {
  const [caller, entry] = torn(CLOUD_RUN, RUN_OWN);
  assert.ok(caller && entry);
  assert.deepEqual(callersOf([caller, entry, renamed(entry, LATER)]), [CLOUD_RUN]);
});

test('loadgen does not call the server', () => {
  const [caller, entry] = torn(CLOUD_RUN, RUN_OWN);
  assert.ok(caller && entry);
  const reached = new Set([idOf('root'), idOf('http')]);
  const spans = caller.spans.filter(({ spanId }) => reached.has(spanId));
  assert.deepEqual(callersOf([{ ...caller, spans }, entry]), []);
});

test('a call that began after its server did not call it', () => {
  const [, entry] = torn(CLOUD_RUN, RUN_OWN);
  const [late] = torn(CLOUD_RUN, RUN_OWN, 20);
  assert.ok(late && entry);
  assert.deepEqual(callersOf([late, entry]), []);
});

test('a trace that another rule accounts for is not reported again', () => {
  assert.deepEqual(seenBy(oneTraceId, torn(CLOUD_RUN, RUN_OWN), [RUN_OWN]), []);
});

test('what loadgen fetches outside of a request calls no client', () => {
  const trace = healthyTraces().find(({ traceId }) => traceId === CLOUD_RUN);
  assert.ok(trace);
  const fetched = trace.spans
    .filter(({ spanId }) => spanId === idOf('http'))
    .map(({ parentSpanId: _, ...span }) => span);
  const served = trace.spans
    .filter(({ spanId }) => spanId === idOf('get'))
    .map(({ parentSpanId: _, ...span }) => span);
  const entry = renamed({ ...trace, spans: served }, RUN_OWN);
  assert.deepEqual(callersOf([{ ...trace, spans: fetched }, entry]), []);
});

test('a call from outside may begin another trace', () => {
  const [caller, entry] = torn(CLOUD_RUN, RUN_OWN);
  assert.ok(caller && entry);
  const external = { [ATTR.parentExternal]: 'true' };
  const spans = entry.spans.map((span) =>
    span.spanId === idOf('serve')
      ? { ...span, attributes: { ...span.attributes, ...external } }
      : span,
  );
  assert.deepEqual(callersOf([caller, { ...entry, spans }]), []);
});
