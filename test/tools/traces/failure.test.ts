import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR, UNEXPECTED_RESULT } from '../../../lib/telemetry/names.ts';
import { failureOf } from '../../../tools/traces/failure.ts';
import type { Span, Trace } from '../../../tools/traces/model.ts';
import { normalise } from '../../../tools/traces/normalise.ts';
import { change, remove, set, shift } from '../doctor/changes.ts';
import { CLOUD_RUN, healthyTraces, idOf } from '../doctor/healthy-traces.ts';
import { trafficOf } from './other-systems.ts';

const GRPC_STATUS = 'rpc.grpc.status_code';
const HTTP_STATUS = 'http.response.status_code';
const failed = (type: string, message = '') =>
  set({ [ATTR.errorType]: type, [ATTR.errorMessage]: message });
const answered = (status: string) => set({ [HTTP_STATUS]: status });
const rpcAnswered = (code: string) => set({ [GRPC_STATUS]: code });
const noObject = { read: remove, object: remove, search: remove };
const toMs =
  (endMs: number) =>
  (span: Span): Span => ({ ...span, endMs: span.startMs + endMs });
const both =
  (...changes: readonly ((span: Span) => Span)[]) =>
  (span: Span): Span =>
    changes.reduce((changed, apply) => apply(changed), span);

const STATUS_504 = {
  root: failed('http_504', 'client answered 504'),
  http: answered('504'),
  get: answered('504'),
  client: failed('deadlineExceeded', 'the server did not answer in time'),
  rpc: rpcAnswered('4'),
};
const STATUS_503 = {
  ...STATUS_504,
  root: failed('http_503'),
  http: answered('503'),
  get: answered('503'),
  client: failed('unavailable'),
  rpc: rpcAnswered('14'),
};
/** Only what the caller of client saw. */
const belowHttp = {
  frontOfClient: remove,
  get: remove,
  client: remove,
  rpc: remove,
  serve: remove,
};
const belowRpc = { frontOfServer: remove, serve: remove, ...noObject };
/** The server works on for 20 ms after client gave up. */
const busy = both(toMs(38), rpcAnswered('1'));

// biome-ignore format: a table
const CASES: readonly (readonly [
  title: string,
  changes: Parameters<typeof change>[0],
  outcome: string,
  end: string,
  where: RegExp,
])[] = [
  ['a server that works on when its client gives up', { ...STATUS_504, serve: busy, search: toMs(24) }, 'status 504', 'too-slow', /^server was still busy when client gave up$/],
  ['a server that waits for Storage when its client gives up', { ...STATUS_504, serve: busy, search: remove, read: toMs(38), object: toMs(36) }, 'status 504', 'too-slow', /^server was still waiting for storage\.googleapis\.com when client gave up$/],
  ['a server that begins after its client gave up', { ...STATUS_504, frontOfServer: remove, serve: both(shift(40), rpcAnswered('0')), ...noObject }, 'status 504', 'too-late', /^server began only after client had given up$/],
  ['a server without any span', { ...STATUS_504, ...belowRpc }, 'status 504', 'no-span', /^client gave up, and server has no span$/],
  ['a server of which only the front end has a span', { ...STATUS_504, ...belowRpc, frontOfServer: (span) => span }, 'status 504', 'no-span', /^client gave up; the front end of server has a span, server itself has none$/],
  ['a client that does not answer loadgen in time', { root: failed('timeout'), http: failed('AbortError'), frontOfClient: remove, get: toMs(60), client: toMs(60), rpc: toMs(60), ...belowRpc }, 'no answer in time', 'too-slow', /^client was still waiting for server when loadgen gave up$/],
  ['a call without a connection', { root: failed('connect'), http: failed('Error', 'connect ECONNREFUSED'), ...belowHttp, ...belowRpc }, 'no connection', 'not-reached', /^the call never reached client$/],
  ['a server that cannot be reached', { ...STATUS_503, ...belowRpc }, 'status 503', 'not-reached', /^the call never reached server$/],
  ['a front end without a free instance, which stored its span', { root: failed('http_429'), http: answered('429'), ...belowHttp, ...belowRpc, frontOfClient: set({ '/http/status_code': '429' }) }, 'status 429', 'refused-before', /^loadgen was answered status 429, and client has no span$/],
  ['a front end without a free instance, which stored none', { root: failed('http_429'), http: answered('429'), ...belowHttp, ...belowRpc }, 'status 429', 'refused-before', /^loadgen was answered status 429, and client has no span$/],
  ['a front end that fails by itself', { root: failed('http_503'), http: answered('503'), ...belowHttp, ...belowRpc, frontOfClient: set({ '/http/status_code': '503' }) }, 'status 503', 'refused-before', /^no instance of client got the request$/],
  ['a front end that refuses a gRPC call', { ...STATUS_503, rpc: rpcAnswered('7'), ...belowRpc }, 'status 503', 'refused-before', /^client was answered gRPC status PERMISSION_DENIED, and server has no span$/],
  ['a server that fails', { ...STATUS_503, serve: rpcAnswered('13') , ...noObject }, 'status 503', 'own-error', /^server answered with its own error$/],
  ['Storage that fails', { ...STATUS_503, serve: rpcAnswered('14'), read: failed('unavailable'), object: answered('503'), search: remove }, 'status 503', 'dependency', /^storage\.googleapis\.com answered status 503 to server$/],
  ['a request without an ID token', { root: failed('identity'), http: remove, ...belowHttp, ...belowRpc }, 'no ID token', 'caller', /^loadgen failed before it called client$/],
];

/** As Cloud Trace's v1 read API gives it: attributes only. */
const withoutStatus = (trace: Trace): Trace => ({
  ...trace,
  spans: trace.spans.map(({ status: _, ...span }) => span),
});

for (const [title, changes, outcome, end, where] of CASES) {
  test(`says where a request ended: ${title}`, () => {
    const traces = change(changes).map((trace) => normalise(withoutStatus(trace)));
    const failures = traces.flatMap((tree) => failureOf(tree) ?? []);
    assert.equal(failures.length, 1);
    assert.match(failures[0]?.where ?? '', where);
    assert.deepEqual([failures[0]?.outcome, failures[0]?.end], [outcome, end]);
  });
}

test('a call from outside that a front end refuses because no instance is free failed', () => {
  const traces = change({ frontOfClient: set({ '/http/status_code': '429' }) });
  const trace = traces.find(({ traceId }) => traceId === CLOUD_RUN) ?? assert.fail();
  const spans = trace.spans.filter(({ spanId }) => spanId === idOf('frontOfClient'));
  const failure = failureOf(normalise({ ...trace, spans }));
  assert.deepEqual([failure?.outcome, failure?.end], ['status 429', 'refused-before']);
});

/** The failure of a client that gives up after 24 ms. */
function gaveUp(changes: Parameters<typeof change>[0]) {
  const traces = change({ ...STATUS_504, ...changes }).map(normalise);
  return traces.flatMap((tree) => failureOf(tree) ?? [])[0] ?? assert.fail();
}

test('a server whose own timer ends it with its caller was too slow, and gave no answer', () => {
  const cancelled = (span: Span): Span => ({
    ...rpcAnswered('1')(span),
    endMs: span.endMs + 3,
    status: { error: true },
  });
  const { end, detail } = gaveUp({ serve: cancelled, search: toMs(10) });
  assert.equal(end, 'too-slow');
  // It ended 2 ms before the server, as what is cancelled does in any order.
  assert.match(detail, /open since .*: server:grpc\..* > server:works\.search$/);
});

test('says how much of the time passed before the server began', () => {
  const late = (span: Span): Span => ({
    ...rpcAnswered('1')(span),
    ...{ startMs: span.endMs - 1, endMs: span.endMs + 9 },
  });
  const { detail } = gaveUp({ ...noObject, frontOfServer: remove, serve: late });
  assert.match(
    detail,
    /^client gave up after 24\.0 ms, 19\.0 ms of it before server began; open since/,
  );
  assert.doesNotMatch(gaveUp({ serve: busy, search: toMs(24) }).detail, /before server began/);
});

test('a request that succeeds, and one with a wrong count, did not fail', () => {
  const wrong = change({ root: failed(UNEXPECTED_RESULT) });
  for (const trace of [...healthyTraces(), ...wrong])
    assert.equal(failureOf(normalise(trace)), null);
});

test('the last attempt of a call that was repeated says how it ended', () => {
  const traces = change({ ...STATUS_503, serve: rpcAnswered('14'), ...noObject });
  const trace = traces.find(({ traceId }) => traceId === CLOUD_RUN) ?? assert.fail();
  const first = trace.spans.find(({ spanId }) => spanId === idOf('serve')) ?? assert.fail();
  const earlier = {
    ...first,
    spanId: 'f'.repeat(16),
    startMs: first.startMs - 3,
    endMs: first.startMs - 1,
  };
  const failure = failureOf(normalise({ ...trace, spans: [earlier, ...trace.spans] }));
  assert.equal(failure?.node.span.spanId, idOf('serve'));
});

test('a root that says nothing of its end failed as its last call did', () => {
  const root = (span: Span): Span => ({ ...span, attributes: { 'service.name': 'loadgen' } });
  const failureIn = (changes: Parameters<typeof change>[0]) => {
    const trace = change({ ...belowHttp, ...changes }).find(({ traceId }) => traceId === CLOUD_RUN);
    assert.ok(trace);
    return failureOf(normalise(trace));
  };
  const failure = failureIn({ root, http: answered('503') });
  assert.equal(failure?.outcome, 'status 503');
  assert.equal(failure?.end, 'refused-before');
  assert.equal(failureIn({ root, http: answered('200') }), null);
  // It has its count: whatever failed was tried again.
  assert.equal(failureIn({ http: answered('503') }), null);
});

/** Of another system: a job whose one call fails. */
function jobOf(change: Partial<Span> = {}) {
  const [template] = trafficOf({ version: '1', of: 'single' });
  const [root, call] = (template?.spans ?? []) as [Span, Span];
  const attributes = { 'service.name': 'client', 'server.address': 'db.example' };
  const spans: Span[] = [
    { ...root, kind: 'internal', attributes, status: { error: false }, ...change },
    { ...call, kind: 'client', attributes, status: { error: true, message: 'timed out' } },
  ];
  return normalise({ traceId: root.traceId, projectId: '', spans });
}

test("another system's job is not failed by its last call, unless it says so", () => {
  assert.equal(failureOf(jobOf()), null);
  assert.equal(failureOf(jobOf({ status: { error: true } }))?.outcome, 'an error');
});

test('in another system a program called client calls whom its span names', () => {
  const failure = failureOf(jobOf({ status: { error: true } }));
  assert.equal(failure?.where, 'db.example did not answer client in time');
});
