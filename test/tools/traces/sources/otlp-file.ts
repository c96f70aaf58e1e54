import type { Trace } from '../../../../tools/traces/model.ts';

export const nanos = (ms: number) =>
  `${BigInt(Math.floor(ms)) * 1_000_000n + BigInt(Math.round((ms % 1) * 1e6))}`;
const stringValue = (key: string, value: string) => ({ key, value: { stringValue: value } });

/** One OTLP request with these spans of a trace, the service as resource attribute. */
export function otlp(trace: Trace, from = 0, to = trace.spans.length) {
  return {
    resourceSpans: trace.spans.slice(from, to).map((span) => {
      const { 'service.name': service = '', ...rest } = span.attributes;
      return {
        resource: { attributes: [stringValue('service.name', service)] },
        scopeSpans: [
          {
            scope: { name: 'test' },
            spans: [
              {
                traceId: span.traceId.toUpperCase(),
                spanId: span.spanId,
                parentSpanId: span.parentSpanId ?? '',
                name: span.name,
                kind: { internal: 1, server: 2, client: 3 }[span.kind],
                startTimeUnixNano: nanos(span.startMs),
                endTimeUnixNano: nanos(span.endMs),
                attributes: [
                  ...Object.entries(rest).map(([key, value]) => stringValue(key, value)),
                  { key: 'count', value: { intValue: '42' } },
                  { key: 'list', value: { arrayValue: { values: [{ intValue: '1' }] } } },
                ],
                events: [
                  {
                    name: 'request_start',
                    timeUnixNano: nanos(span.startMs),
                    attributes: [{ key: 'on', value: { boolValue: true } }],
                  },
                ],
                status: { code: 1, message: 'read' },
              },
            ],
          },
        ],
      };
    }),
  };
}
