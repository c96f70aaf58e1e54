import { randomBytes } from 'node:crypto';

/** Where a span hangs; `sampled` false: it is not stored. */
export type Parent = Readonly<{ traceId: string; spanId?: string; sampled: boolean }>;

type Headers = Readonly<Record<string, string>>;

export const newTrace = (): Parent => ({ traceId: randomBytes(16).toString('hex'), sampled: true });

export function traceparentOf({ traceparent = '' }: Headers): Parent | undefined {
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-0([01])$/.exec(traceparent);
  if (!match?.[1] || !match[2] || /^0+$/.test(match[1])) return undefined;
  return { traceId: match[1], spanId: match[2], sampled: match[3] === '1' };
}

export function b3Of({ b3 = '' }: Headers): Parent | undefined {
  const match = /^([0-9a-f]{32})-([0-9a-f]{16})-([01])$/.exec(b3);
  if (!match?.[1] || !match[2]) return undefined;
  return { traceId: match[1], spanId: match[2], sampled: match[3] === '1' };
}

export function cloudTraceOf({ 'x-cloud-trace-context': value = '' }: Headers): Parent | undefined {
  const match = /^([0-9a-f]{32})\/(\d+);o=([01])$/.exec(value);
  if (!match?.[1] || !match[2]) return undefined;
  const spanId = BigInt(match[2]).toString(16).padStart(16, '0');
  return { traceId: match[1], spanId, sampled: match[3] === '1' };
}

/** As docs/contract.md asks for: b3 last. */
export const parentOf = (headers: Headers): Parent =>
  b3Of(headers) ?? traceparentOf(headers) ?? newTrace();

export type ExampleSpan = Readonly<{
  parent: Parent;
  /** OTLP's number: 1 internal, 2 server, 3 client. */
  kind: number;
  startMs: number;
  spanId?: string;
  name?: string;
  attributes?: Readonly<Record<string, string | number>>;
}>;

export const newSpanId = () => randomBytes(8).toString('hex');

/** At once and by hand, in OTLP's JSON: an SDK would make right what is to be wrong. */
export async function storeSpans(
  env: Readonly<Record<string, string>>,
  service: string,
  spans: readonly ExampleSpan[],
): Promise<void> {
  const sampled = spans.filter(({ parent }) => parent.sampled);
  if (sampled.length === 0) return;
  const nanos = (ms: number) => `${BigInt(Math.round(ms * 1_000)) * 1_000n}`;
  const endMs = performance.timeOrigin + performance.now();
  const attributesOf = (values: NonNullable<ExampleSpan['attributes']>) =>
    Object.entries(values).map(([key, value]) => ({
      key,
      value: typeof value === 'number' ? { intValue: value } : { stringValue: value },
    }));
  const pairs = (env.OTEL_RESOURCE_ATTRIBUTES ?? '').split(',').map((pair) => pair.split('='));
  const resource = attributesOf({ ...Object.fromEntries(pairs), 'service.name': service });
  const body = {
    resourceSpans: [
      {
        resource: { attributes: resource },
        scopeSpans: [
          {
            spans: sampled.map((span) => ({
              traceId: span.parent.traceId,
              spanId: span.spanId ?? newSpanId(),
              ...(span.parent.spanId && { parentSpanId: span.parent.spanId }),
              name: span.name ?? 'handle',
              kind: span.kind,
              startTimeUnixNano: nanos(span.startMs),
              endTimeUnixNano: nanos(Math.max(span.startMs, endMs)),
              attributes: attributesOf(span.attributes ?? {}),
            })),
          },
        ],
      },
    ],
  };
  const response = await fetch(`${env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
}
