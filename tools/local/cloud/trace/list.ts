import type { Span } from '../../../traces/model.ts';
import { GoogleError } from '../google-status.ts';
import { parseTraceFilter, rootSpans } from './filter.ts';
import type { TraceStore } from './store.ts';
import { toV1Span, type V1Span } from './v1-trace.ts';

type V1Trace = { projectId: string; traceId: string; spans?: V1Span[] };
type Listed = { traceId: string; spans: readonly Span[]; startMs: number; endMs: number };

const VIEWS = ['VIEW_TYPE_UNSPECIFIED', 'MINIMAL', 'ROOTSPAN', 'COMPLETE'];
const MAX_PAGE = 1_000;
const MAX_COMPLETE_PAGE = 100;
const DEFAULT_PAGE = 100;
/** GetTrace and COMPLETE lists return no more spans of one trace. */
const MAX_SPANS_OF_TRACE = 10_000;

/** projects.traces.list, from its query parameters. */
export function listTraces(
  store: TraceStore,
  query: URLSearchParams,
): { traces?: V1Trace[]; nextPageToken?: string } {
  const view = query.get('view') ?? 'MINIMAL';
  if (!VIEWS.includes(view)) throw invalid('view', view, VIEWS.join(', '));
  const matches = parseTraceFilter(query.get('filter') ?? '');
  const fromMs = parseTimestamp(query, 'startTime') ?? Number.NEGATIVE_INFINITY;
  const toMs = parseTimestamp(query, 'endTime') ?? Number.POSITIVE_INFINITY;
  const found = store
    .traceIds()
    .map((traceId): Listed => {
      const spans = store.stored(traceId);
      return {
        traceId,
        spans,
        startMs: Math.min(...spans.map(({ startMs }) => startMs)),
        endMs: Math.max(...spans.map(({ endMs }) => endMs)),
      };
    })
    // Traces that overlap the interval, its ends included. Whether the real service looks at all
    // spans or at the root is not documented.
    .filter(({ spans, startMs, endMs }) => startMs <= toMs && endMs >= fromMs && matches(spans))
    .sort(order(query.get('orderBy') ?? ''));

  const size = pageSize(query, view === 'COMPLETE' ? MAX_COMPLETE_PAGE : MAX_PAGE);
  const first = pageStart(found, query);
  const page = found.slice(first, first + size);
  const last = page.at(-1);
  return {
    ...(page.length > 0 && { traces: page.map((trace) => asV1(store.projectId, trace, view)) }),
    ...(last && first + size < found.length && { nextPageToken: pageToken(query, last.traceId) }),
  };
}

function asV1(projectId: string, { traceId, spans }: Listed, view: string): V1Trace {
  if (view === 'COMPLETE') return { projectId, traceId, spans: v1Spans(spans) };
  if (view === 'ROOTSPAN') return { projectId, traceId, spans: v1Spans(rootSpans(spans)) };
  return { projectId, traceId };
}

export const v1Spans = (spans: readonly Span[]): V1Span[] =>
  spans.slice(0, MAX_SPANS_OF_TRACE).map(toV1Span);

/** One field, optionally with " desc"; by default the newest first. */
function order(orderBy: string): (a: Listed, b: Listed) => number {
  const match = /^(trace_id|name|duration|start)( desc)?$/.exec(orderBy || 'start desc');
  if (!match) {
    throw invalid('orderBy', orderBy, 'trace_id, name, duration or start, and then " desc"');
  }
  const sign = match[2] ? -1 : 1;
  const key = (trace: Listed): string | number => {
    const root = rootSpans(trace.spans)[0];
    if (match[1] === 'trace_id') return trace.traceId;
    if (match[1] === 'name') return root?.name ?? '';
    if (match[1] === 'duration') return root ? root.endMs - root.startMs : 0;
    return root?.startMs ?? trace.startMs;
  };
  return (a, b) => {
    const [left, right] = [key(a), key(b)];
    if (left !== right) return left < right ? -sign : sign;
    return a.traceId < b.traceId ? -1 : 1;
  };
}

function pageSize(query: URLSearchParams, max: number): number {
  const text = query.get('pageSize') ?? '0';
  if (!/^-?\d{1,9}$/.test(text)) throw invalid('pageSize', text, 'a whole number');
  const size = Number(text);
  return Math.min(size > 0 ? size : DEFAULT_PAGE, max);
}

/** The parameters that must stay the same with a page token. */
const asked = (query: URLSearchParams): string =>
  JSON.stringify(['filter', 'orderBy', 'startTime', 'endTime', 'view'].map((k) => query.get(k)));

const pageToken = (query: URLSearchParams, after: string): string =>
  Buffer.from(JSON.stringify({ after, asked: asked(query) })).toString('base64url');

function pageStart(found: readonly Listed[], query: URLSearchParams): number {
  const token = query.get('pageToken');
  if (!token) return 0;
  try {
    const { after, asked: before } = JSON.parse(Buffer.from(token, 'base64url').toString());
    const index = found.findIndex(({ traceId }) => traceId === after);
    if (index >= 0 && before === asked(query)) return index + 1;
  } catch {
    // Not issued here: the same answer as for the token of another request.
  }
  throw invalid('pageToken', token, 'the nextPageToken of the same request');
}

function parseTimestamp(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.exec(text);
  const ms = match ? Date.parse(`${match[1]}${match[3]}`) : Number.NaN;
  if (Number.isNaN(ms)) throw invalid(name, text, 'RFC 3339, as 2026-01-31T12:00:00Z');
  return ms + Number(`0${match?.[2] ?? ''}`) * 1000;
}

const invalid = (field: string, value: string, allowed: string) =>
  new GoogleError(
    'INVALID_ARGUMENT',
    `Invalid value at '${field}': ${JSON.stringify(value)}; allowed: ${allowed}`,
  );
