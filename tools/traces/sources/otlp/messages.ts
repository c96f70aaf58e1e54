import { message } from '../members.ts';

/** The messages of OTLP's trace.proto by their members; a reader of one reports any other member. */
export const exportRequest = message(
  'ExportTraceServiceRequest',
  ...['resourceSpans', 'resourceMetrics', 'resourceLogs', 'resourceProfiles'],
);
export const resourceSpans = message(
  'ResourceSpans',
  ...['resource', 'scopeSpans', 'instrumentationLibrarySpans', 'schemaUrl'],
);
export const resource = message('Resource', 'attributes', 'droppedAttributesCount', 'entityRefs');
export const scopeSpans = message(
  'ScopeSpans',
  'scope',
  'instrumentationLibrary',
  'spans',
  'schemaUrl',
);
export const span = message(
  'Span',
  ...['traceId', 'spanId', 'traceState', 'parentSpanId', 'flags', 'name', 'kind'],
  ...['startTimeUnixNano', 'endTimeUnixNano', 'attributes', 'droppedAttributesCount', 'events'],
  ...['droppedEventsCount', 'links', 'droppedLinksCount', 'status'],
);
export const event = message(
  'Event',
  'timeUnixNano',
  'name',
  'attributes',
  'droppedAttributesCount',
);
export const link = message(
  'Link',
  ...['traceId', 'spanId', 'traceState', 'attributes', 'droppedAttributesCount', 'flags'],
);
export const status = message('Status', 'code', 'message', 'deprecatedCode');
