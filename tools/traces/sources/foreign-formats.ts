import type { Members } from './members.ts';
import type { TraceFormat } from './trace-format.ts';
import { UnreadableError } from './unreadable.ts';

/** How to come by OTLP JSON where the program itself can export it. */
const BY_COLLECTOR =
  'send the spans to an OpenTelemetry Collector and give the file of its file exporter (format: json)';

/** A format that is known and not read: it is named, with what to give instead. */
function foreign(
  name: string,
  recognise: (document: Members, items: readonly Members[]) => boolean,
  instead: string,
): TraceFormat {
  return {
    name,
    recognise(document) {
      const items = listIn(document);
      return recognise(items[0] ?? (document as Members), items);
    },
    read() {
      throw new UnreadableError('', `is ${name}, which is not read; instead, ${instead}`);
    },
  };
}

const has = (value: unknown, ...names: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && names.every((name) => Object.hasOwn(value, name));

const listIn = (value: unknown): readonly Members[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : [];

/** What is seen in the wild and not read. Whoever reads one of them takes its entry out. */
export const FOREIGN_FORMATS: readonly TraceFormat[] = [
  foreign(
    'the start of a file of saved traces',
    (one) => one.format === 'shakesapp-traces' || one.end === 'shakesapp-traces',
    'give each file to --from by itself',
  ),
  foreign(
    "a span as Jaeger's storage holds it",
    (one) => has(one, 'traceID', 'spanID'),
    "give what Jaeger's API answers: /api/traces?service=NAME, or the page's Trace JSON",
  ),
  foreign(
    'Zipkin JSON, version 1',
    (one, items) =>
      [one, ...items, ...listIn(items[0])].some((span) => has(span, 'binaryAnnotations')),
    'ask the server for version 2: /api/v2/traces',
  ),
  foreign(
    "an answer of Tempo's search",
    (one) => listIn(one.traces).some((trace) => has(trace, 'traceID', 'rootServiceName')),
    'give its traces one by one: /api/v2/traces/ID',
  ),
  foreign(
    "a request to Cloud Trace's v2 API",
    (one) =>
      listIn(one.spans).some((span) => has(span, 'displayName')) ||
      has(one, 'displayName', 'spanId'),
    'read the project: npx shakesapp compare --project PROJECT --save FILE',
  ),
  foreign(
    "the output of Python's console exporter",
    (one) => has(one.context, 'trace_id', 'span_id'),
    `set OTEL_TRACES_EXPORTER=otlp, ${BY_COLLECTOR}`,
  ),
  foreign(
    "the output of Go's console exporter (stdouttrace)",
    (one) => has(one.SpanContext, 'TraceID'),
    `set OTEL_TRACES_EXPORTER=otlp, ${BY_COLLECTOR}`,
  ),
  foreign('a trace of Chrome', (one) => has(one, 'traceEvents'), 'give traces of services'),
];

/** What is no JSON at all, by its text. */
const FOREIGN_TEXTS: readonly Readonly<{ name: string; recognise: RegExp }>[] = [
  {
    name: 'the output of the console exporter of OpenTelemetry for JavaScript',
    recognise: /^\s*(resource: \{|traceId: '[0-9a-f]{32}')/m,
  },
  {
    name: "the output of the collector's debug exporter",
    recognise: /ResourceSpans #\d|Resource SchemaURL:|\bTrace ID\s*:/,
  },
];

/** Names the format of text that is not JSON, with what to give instead; null where nobody knows. */
export function describeForeignText(text: string): string | null {
  const known = FOREIGN_TEXTS.find(({ recognise }) => recognise.test(text));
  return known === undefined
    ? null
    : `is ${known.name}, which is not read; instead, ${BY_COLLECTOR}`;
}
