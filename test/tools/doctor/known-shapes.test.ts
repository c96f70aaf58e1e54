import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { createRandom } from '../../../lib/random.ts';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { createDiagnosis, diagnose, type Verdict } from '../../../tools/doctor/diagnose.ts';
import { createKnownShapes } from '../../../tools/doctor/known-shapes.ts';
import { LABELS_READ } from '../../../tools/doctor/shape-labels.ts';
import type { Span, Trace } from '../../../tools/traces/model.ts';
import { trafficOf } from '../traces/other-systems.ts';
import { change, moveTo, remove, set, shift, unset, withoutParent } from './changes.ts';
import { DEFECTS } from './defects.ts';
import { CLOUD_RUN, healthyTraces, idOf, type Part } from './healthy-traces.ts';

type Change = (span: Span, spans: readonly Span[]) => Partial<Span> | null;
const labelled =
  (key: string, value: string): Change =>
  ({ attributes }) => ({
    attributes: { ...attributes, [key]: value },
  });
const moved =
  (startMs: number, endMs: number): Change =>
  (span) => ({
    startMs: span.startMs + startMs,
    endMs: span.endMs + endMs,
  });

/** What may tell a trace from one that it is like; null takes the span out. */
const CHANGES: Readonly<Record<string, Change>> = {
  none: () => ({}),
  removed: () => null,
  name: () => ({ name: 'another name' }),
  kind: ({ kind }) => ({ kind: kind === 'client' ? 'server' : 'client' }),
  impossible: () => ({ impossible: 'it never ended' }),
  'status of error': () => ({ status: { error: true } }),
  'status of success': () => ({ status: { error: false } }),
  'id of another span': (_, [first]) => ({ spanId: first?.spanId ?? '' }),
  'another parent': (_, spans) => ({ parentSpanId: spans.at(-1)?.spanId ?? '' }),
  'a missing parent': () => ({ parentSpanId: 'f'.repeat(16) }),
  early: moved(-5, -5),
  'by a second': moved(1_000, 1_000),
  'late end': moved(0, 5),
  'later end': moved(0, 100),
  backwards: ({ startMs }) => ({ endMs: startMs - 1 }),
  'no time': ({ startMs }) => ({ endMs: startMs }),
  'the front end of another': (span, spans) =>
    labelled(ATTR.frontEndSpanId, spans[6]?.spanId ?? '')(span, spans),
  'due long before': labelled(ATTR.scheduledTime, '2020-01-01T00:00:00.000Z'),
  'another label in place of one': ({ attributes: { 'service.version': _, ...others } }) => ({
    attributes: { ...others, 'thread.id': '17' },
  }),
  'without the name of its program': ({ attributes: { 'service.name': _, ...others } }) => ({
    attributes: others,
  }),
  'no labels': () => ({ attributes: {} }),
  'a label that no rule knows': labelled('thread.id', '17'),
  'a wrong count': ({ attributes }) => ({
    attributes: { ...attributes, [ATTR.expectedCount]: '7', [ATTR.matchCount]: '8' },
  }),
};

/** What may tell labels from those of another one. */
const OF_LABELS: readonly Change[] = [...LABELS_READ.keys()].flatMap((key) =>
  ['', '900', '/health'].map((value) => labelled(key, value)),
);

/** The same trace once more: other ids, times and labels that always differ. */
function copyOf({ projectId, spans }: Trace, number: number): Trace {
  const traceId = number.toString(16).padStart(32, '7');
  const idOf = (id: string) => number.toString(16).padStart(6, '0') + id.slice(6);
  const firstMs = Math.min(...spans.map(({ startMs }) => startMs));
  const atMs = (ms: number) => firstMs + number * 100 + (ms - firstMs) * (1 + (number % 8) / 8);
  return {
    ...{ traceId, projectId },
    spans: spans.map(({ parentSpanId, ...span }) => ({
      ...{ ...span, traceId, spanId: idOf(span.spanId) },
      ...(parentSpanId !== undefined && { parentSpanId: idOf(parentSpanId) }),
      startMs: atMs(span.startMs),
      endMs: atMs(span.endMs),
      attributes: Object.fromEntries(
        Object.entries(span.attributes).map(([key, value]) => {
          if (key === ATTR.frontEndSpanId) return [key, idOf(value)];
          return [key, key === ATTR.sequence ? String(number) : value];
        }),
      ),
    })),
  };
}

/** A trace's spans come in any order. */
const ORDERS = [
  (spans: readonly Span[]) => spans,
  (spans: readonly Span[]) => spans.toReversed(),
  (spans: readonly Span[]) => [...spans.slice(1), ...spans.slice(0, 1)],
];
const inAnOrder = (spans: readonly Span[], number: number): readonly Span[] =>
  ORDERS[number % ORDERS.length]?.(spans) ?? spans;

/** More than rules list places of. */
const UNCHANGED = 110;

function* oftenUnchanged(traces: readonly Trace[]): Generator<Trace> {
  for (let round = 0; round < UNCHANGED; round += 1) {
    for (const [place, trace] of traces.entries()) {
      const { spans, ...copy } = copyOf(trace, round * traces.length + place);
      yield { ...copy, spans: inAnOrder(spans, round) };
    }
  }
}

/** A copy of the trace with one span changed. */
function changedCopy(trace: Trace, number: number, { change, at }: { change: Change; at: number }) {
  const { spans, ...copy } = copyOf(trace, number);
  const changed = spans.flatMap((span, place) => {
    const members = place === at ? change(span, spans) : {};
    return members === null ? [] : [{ ...span, ...members }];
  });
  return { ...copy, spans: inAnOrder(changed, number) };
}

/** Every change to these spans of each trace. */
function* changedBy(
  changes: readonly Change[],
  traces: readonly Trace[],
  placesIn: (trace: Trace) => Iterable<number>,
): Generator<Trace> {
  let number = UNCHANGED * traces.length;
  for (const change of changes) {
    for (const trace of traces) {
      for (const at of placesIn(trace)) {
        yield changedCopy(trace, number, { change, at });
        number += 1;
      }
    }
  }
}

const everyPlace = ({ spans }: Trace) => spans.keys();
const random = createRandom(1);
const anyPlace = ({ spans }: Trace) => [Math.floor(random() * spans.length)];

const HEALTHY = { name: 'this system', traces: healthyTraces() };
const ANOTHER = {
  name: 'another system',
  traces: trafficOf({ version: 'v1', minutes: 1, perMinute: 3 }),
};

function assertSame(traces: readonly Trace[]): void {
  const known = createDiagnosis(undefined);
  const each = createDiagnosis(undefined, undefined, createKnownShapes<Verdict>(Infinity));
  for (const trace of traces) {
    known.see(trace);
    each.see(trace);
  }
  const [found, expected] = [known.finish(), each.finish()];
  if (JSON.stringify(found) !== JSON.stringify(expected)) assert.deepEqual(found, expected);
}

for (const { file, traces: all } of DEFECTS) {
  test(`says of traces with a known shape what it says of each by itself: ${file}`, () => {
    const traces = all.filter(
      (trace) => !HEALTHY.traces.some((one) => isDeepStrictEqual(one, trace)),
    );
    const changed = changedBy(Object.values(CHANGES), traces, anyPlace);
    assertSame([...oftenUnchanged(traces), ...changed]);
  });
}

for (const [{ name, traces }, places] of [
  [HEALTHY, everyPlace] as const,
  [ANOTHER, anyPlace] as const,
]) {
  test(`sees each change that tells a trace of ${name} from its shape`, () => {
    const changes = [...Object.values(CHANGES), ...OF_LABELS];
    assertSame([...oftenUnchanged(traces), ...changedBy(changes, traces, places)]);
  });
}

/** Healthy, and no rule has to wait for others. */
const CLEAN = healthyTraces()
  .filter(({ traceId }) => traceId === CLOUD_RUN)
  .map(({ spans, ...trace }) => ({ ...trace, spans: spans.map(unset(ATTR.parentSource)) }));

for (const [name, change] of Object.entries(CHANGES)) {
  test(`takes no trace for another one that came before: ${name}`, () => {
    for (const trace of CLEAN) {
      const [at = 0] = anyPlace(trace);
      const changed = Array.from({ length: UNCHANGED }, (_, number) =>
        changedCopy(trace, number + 1_000, { change, at }),
      );
      assertSame([...changed.slice(0, 1), ...oftenUnchanged(CLEAN), ...changed]);
    }
  });
}

type Changes = Parameters<typeof change>[0];

const both =
  (one: (span: Span) => Span, other: (span: Span) => Span) =>
  (span: Span): Span =>
    other(one(span));
const CLIENT_SIDE = { frontOfClient: remove, get: remove, client: remove, rpc: remove };
const SERVER_SIDE = { frontOfServer: remove, serve: remove, read: remove, search: remove };
const failed = set({ 'http.response.status_code': '500' });
const lateCall = (byMs: number): Changes => ({
  root: unset(ATTR.matchCount, ATTR.expectedCount),
  object: both(both(failed, moveTo('root')), shift(byMs)),
});
const unanswered = both(unset('service.name'), moveTo('root'));
const bySource = (source: string) => ({
  get: set({ [ATTR.parentSource]: source }),
  serve: set({ [ATTR.parentSource]: source }),
});

const withoutSource = unset(ATTR.parentSource);
const lost = { get: withoutSource, serve: withoutSource, search: remove };

const spanOf = (part: Part) =>
  healthyTraces()
    .flatMap(({ spans }) => spans)
    .find(({ spanId }) => spanId === idOf(part)) as Span;
/** Two spans that differ in nothing but their ids. */
const twice = { ...lost, search: ({ spanId }: Span) => ({ ...spanOf('object'), spanId }) };

/** Traces of which only times, all of them together or sums of labels tell what rules say. */
const ALIKE: Readonly<Record<string, readonly [Changes, Changes]>> = {
  'of which one has a wrong count': [
    { root: set({ [ATTR.expectedCount]: '7', [ATTR.matchCount]: '8' }) },
    { root: set({ [ATTR.expectedCount]: '7', [ATTR.matchCount]: '7' }) },
  ],
  'of which one checks health': [
    { object: set({ 'url.full': 'https://server/health' }) },
    { object: set({ 'url.full': 'https://server/works' }) },
  ],
  'of which the last call failed in one': [lateCall(0), lateCall(20.5)],
  'that all lack a span': [lost, lost],
  'that make a call twice': [twice, lost],
  'that lack a span because of another header': [
    { ...bySource('b3') },
    { ...bySource('gcp_trace'), search: remove },
  ],
  'of which one continues in the other': [
    { ...CLIENT_SIDE, ...SERVER_SIDE, object: unanswered },
    { root: remove, http: remove, frontOfClient: remove, get: withoutParent },
  ],
  'that were refused': [
    { root: set({ 'http.response.status_code': '429' }) },
    { root: set({ 'http.response.status_code': '429' }) },
  ],
};

for (const [name, [one, other]] of Object.entries(ALIKE)) {
  test(`says of traces with a known shape what it says of each by itself: ${name}`, () => {
    const often = (changes: Changes, digit: string) =>
      [...oftenUnchanged(change(changes).filter(({ traceId }) => traceId === CLOUD_RUN))].map(
        ({ traceId, ...trace }) => ({ ...trace, traceId: traceId.replace(/^./, digit) }),
      );
    const ones = often(one, '1');
    assertSame([...ones.slice(0, 1), ...often(other, '2'), ...ones.slice(1)]);
    assertSame([...often(other, '2').reverse(), ...ones.reverse()]);
  });
}

test('builds no tree of a healthy trace whose shape it has seen 100 times', () => {
  const shapes = createKnownShapes<Verdict>();
  let settled = 0;
  const isSettled: typeof shapes.isSettled = (known) => {
    const is = shapes.isSettled(known);
    settled += Number(is);
    return is;
  };
  const diagnosis = createDiagnosis(undefined, undefined, { ...shapes, isSettled });
  for (const trace of oftenUnchanged(HEALTHY.traces)) diagnosis.see(trace);
  assert.equal(settled, (UNCHANGED - 100) * HEALTHY.traces.length);
});

/** Only where a call failed, for its words, or of clocks, which a known shape does not ask. */
const OF_FAILURES = [
  ...['server.address', 'net.peer.name', 'peer.service', 'rpc.service', ATTR.errorMessage],
  ...['k8s.node.uid', 'k8s.node.name', 'k8s.pod.uid', 'g.co/r/k8s_node/node_name', 'host.name'],
];

test('rules and trees read no label that a shape does not compare', () => {
  const read = new Set<string>();
  const watch = (span: Span): Span => ({
    ...span,
    attributes: new Proxy(span.attributes, {
      get(labels, key) {
        read.add(String(key));
        return labels[String(key)];
      },
    }),
  });
  for (const { traces } of [...DEFECTS, ANOTHER]) {
    diagnose(traces.map((trace) => ({ ...trace, spans: trace.spans.map(watch) })));
  }
  const others = [...read].filter((key) => !LABELS_READ.has(key));
  assert.deepEqual(others.sort(), OF_FAILURES.sort());
});
