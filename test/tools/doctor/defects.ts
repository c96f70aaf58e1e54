import { ATTR, UNEXPECTED_RESULT } from '../../../lib/telemetry/names.ts';
import type { Span, Trace } from '../../../tools/traces/model.ts';
import { renderTraceFile } from '../../../tools/traces/sources/trace-lines.ts';
import { change, moveTo, remove, set, shift, unset, withoutParent } from './changes.ts';
import { CLOUD_RUN, healthyTraces, idOf, type Part, PROJECT } from './healthy-traces.ts';

/** A fixture: its file's name says the defect. `rule` is the one rule that must fire. */
export type Defect = Readonly<{
  file: string;
  rule: string | null;
  traces: readonly Trace[];
  logs?: string;
  /** The file lacks its last line. */
  cut?: true;
}>;

/** What the fixture's file holds. */
export function contentOf({ traces, cut }: Defect): string {
  const source = {
    kind: 'cloud-trace',
    name: PROJECT,
    local: false,
    since: '2026-11-20T10:00:00.000Z',
    until: '2026-11-20T10:30:00.000Z',
  } as const;
  const content = renderTraceFile(source, traces);
  return cut ? content.slice(0, content.trimEnd().lastIndexOf('\n') + 1) : content;
}

/** As the platform leaves it where nothing restores the parent: OTEL_PROPAGATORS=gcp_trace. */
const underFrontEnd = (frontEnd: Part) => (span: Span) =>
  set({ [ATTR.parentSource]: 'gcp_trace' })(unset(ATTR.frontEndSpanId)(moveTo(frontEnd)(span)));

function traceIdChangesAtTheServer(): readonly Trace[] {
  const other = 'd'.repeat(32);
  const below = new Set((['serve', 'read', 'object', 'search'] as const).map(idOf));
  return change({ frontOfServer: remove }).flatMap((trace) => {
    if (trace.traceId !== CLOUD_RUN) return trace;
    const moved = trace.spans
      .filter(({ spanId }) => below.has(spanId))
      .map(({ parentSpanId, ...span }): Span => {
        const own = { ...span, traceId: other };
        return parentSpanId !== undefined && below.has(parentSpanId)
          ? { ...own, parentSpanId }
          : unset(ATTR.parentSource, ATTR.frontEndSpanId)(own);
      });
    return [
      { ...trace, spans: trace.spans.filter(({ spanId }) => !below.has(spanId)) },
      { ...trace, traceId: other, spans: moved },
    ];
  });
}

function withHealthCheck(): readonly Trace[] {
  const [invocation] = healthyTraces();
  const template = invocation?.spans[0];
  if (!template) throw new Error('the healthy traces hold no invocation');
  const traceId = '9'.repeat(32);
  const { parentSpanId: _, ...span } = template;
  const probe: Span = {
    ...span,
    traceId,
    name: 'GET',
    endMs: span.startMs + 1,
    attributes: {
      ...unset(ATTR.parentSource, ATTR.parentExternal)(span).attributes,
      'service.name': 'client',
      'url.path': '/health',
    },
  };
  return [...healthyTraces(), { traceId, projectId: PROJECT, spans: [probe] }];
}

const linked = (spanId: string) => ({
  'logging.googleapis.com/trace': `projects/${PROJECT}/traces/${CLOUD_RUN}`,
  'logging.googleapis.com/spanId': spanId,
  'logging.googleapis.com/trace_sampled': true,
});

const line = (fields: object) =>
  `${JSON.stringify({ severity: 'INFO', time: '2026-11-20T10:15:00.034Z', service: 'client', ...fields })}\n`;

const request = { httpRequest: { requestMethod: 'GET', requestUrl: '/?q=love', status: 200 } };

const HEALTHY_LOG =
  line({ port: 8080, message: 'listening' }) +
  line({ ...request, ...linked(idOf('get')), message: 'GET / 200' }) +
  line({
    httpRequest: { requestMethod: 'GET', requestUrl: '/health' },
    message: 'GET /health 200',
  });

const failed = (type: string, message: string) =>
  set({ [ATTR.errorType]: type, [ATTR.errorMessage]: message });
const answered = (status: string) => set({ 'http.response.status_code': status });

/** The request of loadgen reaches nothing: no span of client or of what is behind it. */
const NOTHING_BELOW = {
  ...{ frontOfClient: remove, get: remove, client: remove, rpc: remove },
  ...{ frontOfServer: remove, serve: remove, read: remove, object: remove, search: remove },
};

/** Client gives up after 24 ms; what the server did then is left to the defect. */
const CLIENT_GIVES_UP = {
  root: failed('http_504', 'client answered 504'),
  http: answered('504'),
  get: answered('504'),
  client: failed('deadlineExceeded', 'the server did not answer in time'),
  rpc: set({ 'rpc.grpc.status_code': '4' }),
};

const REFUSED_WITH_429 = {
  ...NOTHING_BELOW,
  root: failed('http_429', 'client answered 429'),
  http: answered('429'),
};

/** Another request with the trace id of the one on Cloud Run, a second later. */
function withTwoRequestsInOneTrace(): readonly Trace[] {
  const again = (span: Span): Span => ({
    ...shift(1_000)(span),
    spanId: span.spanId.replace(/^a0/, 'b0'),
    ...(span.parentSpanId && { parentSpanId: span.parentSpanId.replace(/^a0/, 'b0') }),
    attributes: Object.fromEntries(
      Object.entries(span.attributes).map(([key, value]) => [
        key,
        key === ATTR.frontEndSpanId ? value.replace(/^a0/, 'b0') : value,
      ]),
    ),
  });
  return healthyTraces().map((trace) =>
    trace.traceId === CLOUD_RUN
      ? { ...trace, spans: [...trace.spans, ...trace.spans.map(again)] }
      : trace,
  );
}

/**
 * As a reader leaves it: at the start of its trace, which is 20 ms before. Its events, if it has any,
 * keep the times at which they were written.
 */
function withoutTimes(span: Span): Span {
  const atMs = span.startMs - 20;
  return { ...span, impossible: 'endMs is 3 ms before startMs', startMs: atMs, endMs: atMs };
}

// biome-ignore format: a table
export const DEFECTS: readonly Defect[] = [
  { file: 'healthy', rule: null, traces: healthyTraces(), logs: HEALTHY_LOG },
  { file: 'no-traces', rule: 'no-traces', traces: [] },
  { file: 'health-check-made-a-span', rule: 'health-check-spans', traces: withHealthCheck() },
  { file: 'query-missing-on-root', rule: 'missing-attributes', traces: change({ root: unset(ATTR.query) }) },
  { file: 'resource-missing-on-server', rule: 'missing-attributes', traces: change({ search: unset('service.name', 'service.version', 'cloud.region') }) },
  { file: 'trace-id-changes-at-the-server', rule: 'one-trace-id', traces: traceIdChangesAtTheServer() },
  { file: 'server-reached-without-b3', rule: 'mixed-header-formats', traces: change({ serve: (span) => set({ [ATTR.parentSource]: 'tracecontext' })(span) }) },
  { file: 'front-end-span-was-not-stored', rule: 'unexplained-orphans', traces: change({ frontOfClient: remove, get: underFrontEnd('frontOfClient'), serve: underFrontEnd('frontOfServer') }) },
  { file: 'grpc-client-span-missing', rule: 'server-without-client', traces: change({ rpc: remove, frontOfServer: moveTo('client'), serve: moveTo('client') }) },
  { file: 'server-too-slow', rule: 'failed-requests', traces: change({ ...CLIENT_GIVES_UP, serve: (span) => ({ ...set({ 'rpc.grpc.status_code': '1' })(span), endMs: span.endMs + 15 }), search: (span) => ({ ...span, endMs: span.endMs + 14 }) }) },
  { file: 'server-frozen', rule: 'failed-requests', traces: change({ ...CLIENT_GIVES_UP, serve: shift(900), read: remove, object: remove, search: remove }) },
  { file: 'server-without-a-span-when-client-gave-up', rule: 'failed-requests', traces: change({ ...CLIENT_GIVES_UP, frontOfServer: remove, serve: remove, read: remove, object: remove, search: remove }) },
  { file: 'no-instance-free-429', rule: 'failed-requests', traces: change(REFUSED_WITH_429) },
  { file: 'client-not-reached', rule: 'failed-requests', traces: change({ ...NOTHING_BELOW, root: failed('connect', 'cannot connect'), http: failed('Error', 'connect ECONNREFUSED') }) },
  { file: 'server-dark-on-both-platforms', rule: 'expected-edges', traces: healthyTraces().map((trace) => ({ ...trace, spans: trace.spans.filter(({ attributes }) => attributes['service.name'] !== 'server') })) },
  { file: 'works-search-missing', rule: 'expected-edges', traces: change({ search: remove }) },
  { file: 'server-clock-behind', rule: 'negative-gaps', traces: change({ serve: shift(-9), read: shift(-9), object: shift(-9), search: shift(-9) }) },
  { file: 'server-clock-ahead', rule: 'negative-gaps', traces: change({ serve: shift(9), read: shift(9), object: shift(9), search: shift(9) }) },
  { file: 'server-kept-waiting', rule: null, traces: change({ serve: (span) => ({ ...span, endMs: span.endMs + 60 }) }) },
  { file: 'span-ends-before-it-starts', rule: 'impossible-times', traces: change({ search: withoutTimes }) },
  { file: 'two-requests-in-one-trace', rule: 'surplus-roots', traces: withTwoRequestsInOneTrace() },
  { file: 'search-without-a-parent', rule: 'surplus-roots', traces: change({ search: withoutParent }) },
  { file: 'root-below-its-own-child', rule: 'cycles', traces: change({ root: moveTo('search') }) },
  { file: 'file-cut-off', rule: 'damaged-input', traces: healthyTraces(), cut: true },
  { file: 'count-differs', rule: 'wrong-counts', traces: change({ root: set({ [ATTR.matchCount]: '3039', [ATTR.errorType]: UNEXPECTED_RESULT }) }) },
  { file: 'request-log-without-trace', rule: 'unlinked-logs', traces: healthyTraces(), logs: HEALTHY_LOG + line({ ...request, message: 'GET / 200' }) },
];
