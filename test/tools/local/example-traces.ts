import { ATTR, SPAN } from '../../../lib/telemetry/names.ts';
import type { Span, Trace } from '../../../tools/traces/model.ts';

const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

type Place = Readonly<{
  service: string;
  name: string;
  kind: Span['kind'];
  attributes?: Record<string, string>;
}>;

/** The spans of one request, each the child of the one before but for the last two, siblings. */
const REQUEST: readonly Place[] = [
  { service: 'loadgen', name: SPAN.loadgen, kind: 'internal' },
  { service: 'loadgen', name: 'GET', kind: 'client' },
  { service: 'client', name: 'GET /', kind: 'server' },
  {
    service: 'client',
    name: SPAN.client,
    kind: 'internal',
    attributes: { [ATTR.query]: 'love' },
  },
  { service: 'client', name: SPAN.rpc, kind: 'client' },
  { service: 'server', name: SPAN.rpc, kind: 'server' },
  { service: 'server', name: SPAN.worksRead, kind: 'internal' },
  { service: 'server', name: SPAN.worksSearch, kind: 'internal' },
];

export const spanId = (index: number) => (index + 1).toString(16).padStart(16, '0');

/**
 * One complete request: each span lasts 10 ms less than its parent and starts 5 ms later. `change`
 * gives a span other fields by its place in the list, or takes it out with null.
 */
export function createRequestTrace(options: {
  traceId?: string;
  platform: 'gcp_cloud_run' | 'gcp_kubernetes_engine';
  change?: (span: Span, index: number) => Span | null;
}): Trace {
  const traceId = options.traceId ?? 'a'.repeat(32);
  const { change = (span: Span) => span } = options;
  const spans = REQUEST.map((place, index): Span | null => {
    const depth = Math.min(index, 6);
    const parent = index === REQUEST.length - 1 ? index - 2 : index - 1;
    return change(
      {
        traceId,
        spanId: spanId(index),
        ...(index === 0 ? {} : { parentSpanId: spanId(parent) }),
        name: place.name,
        kind: place.kind,
        startMs: START_MS + depth * 5,
        endMs: START_MS + 100 - depth * 5,
        attributes: {
          'service.name': place.service,
          'cloud.platform': options.platform,
          ...place.attributes,
          ...(index === 0 ? { [ATTR.query]: 'world', [ATTR.matchCount]: '52' } : {}),
        },
        events: [],
      },
      index,
    );
  });
  return { traceId, projectId: 'p', spans: spans.filter((span) => span !== null) };
}

/** The same, but client gave up on server and answered 504, while server went on. */
export function failedTrace(options: {
  traceId?: string;
  platform: 'gcp_cloud_run' | 'gcp_kubernetes_engine';
}): Trace {
  const errors: Readonly<Record<number, Readonly<Record<string, string>>>> = {
    0: { [ATTR.errorType]: 'http_504' },
    1: { [ATTR.errorType]: '504', 'http.response.status_code': '504' },
    2: { [ATTR.errorType]: '504', 'http.response.status_code': '504' },
    3: { [ATTR.errorType]: 'deadlineExceeded' },
    4: { [ATTR.errorType]: 'DEADLINE_EXCEEDED', 'rpc.grpc.status_code': '4' },
  };
  return createRequestTrace({
    ...options,
    change: (span, index) => ({
      ...span,
      attributes: { ...span.attributes, ...errors[index] },
      // server's spans end after the whole request
      endMs: index >= 5 ? START_MS + 200 - 5 * Math.min(index, 6) : span.endMs,
    }),
  });
}
