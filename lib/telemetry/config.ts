import { z } from 'zod';
import { atMost, type Config, integer, oneOf, text } from './environment.ts';
import { otlpVariables } from './otlp-config.ts';
import { plainTextVariables } from './plain-text.ts';
import { protectionVariables } from './protections.ts';

const EXPORTERS = ['gcp_trace', 'otlp', 'console'] as const;

/** Names as in OpenTelemetry's automatic instrumentation of Node.js. */
const INSTRUMENTATIONS = ['http', 'grpc', 'undici'] as const;
export type InstrumentationName = (typeof INSTRUMENTATIONS)[number];

/** Value names as in OpenTelemetry's specification; gcp_trace as in Google's Python packages. */
const PROPAGATORS = ['gcp_trace', 'tracecontext', 'b3', 'b3multi', 'baggage'] as const;
export type PropagatorName = (typeof PROPAGATORS)[number];

export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
const ENDPOINT_ALLOWED = 'host or host:port with a port from 1 to 65535, always over TLS';

export type SamplerName = (typeof SAMPLERS)[number];

/**
 * Every variable that the telemetry reads, under OpenTelemetry's own names where they exist. An
 * entry file parses them together with its own, so that one message lists all that is wrong.
 */
export const telemetryVariables = {
  GOOGLE_CLOUD_PROJECT: z
    .string({ error: 'the id of a Google Cloud project' })
    .regex(/^[a-z0-9.:-]{4,63}$/, { error: 'the id of a Google Cloud project' })
    .describe(
      'Project that traces and logs belong to. Required, because an exporter that once fails to find a project stays silent',
    ),
  OTEL_SERVICE_NAME: text('the name of this service, for example client').describe(
    "`service.name` of every span: `loadgen`, `client` or `server`. It wins over OTEL_RESOURCE_ATTRIBUTES'",
  ),
  OTEL_RESOURCE_ATTRIBUTES: resourceAttributes().describe(
    'More resource attributes, `key=value,key=value`, percent-encoded: `service.version`, `k8s.*`, `shakesapp.config.*`',
  ),
  OTEL_TRACES_EXPORTER: listOf(EXPORTERS, ['gcp_trace']).describe(
    'Where spans go: `gcp_trace` (Cloud Trace v2), `otlp` (http/protobuf), `console` (a JSON line each), `none`, or a list',
  ),
  OTEL_PROPAGATORS: listOf(PROPAGATORS, ['gcp_trace', 'tracecontext', 'b3']).describe(
    'Headers that link a trace. Without `b3` (or `b3multi`) the true parent is not restored behind Cloud Run',
  ),
  OTEL_NODE_ENABLED_INSTRUMENTATIONS: listOf(INSTRUMENTATIONS, INSTRUMENTATIONS).describe(
    'What is patched, and so makes spans and passes the trace on: `http`, `grpc`, `undici` (with `fetch`), `none`, or a list',
  ),
  OTEL_TRACES_SAMPLER: oneOf(SAMPLERS, 'parentbased_always_on').describe(
    'Which requests are traced, as OpenTelemetry specifies it',
  ),
  OTEL_TRACES_SAMPLER_ARG: ratio().describe('Share of traces kept by the `traceidratio` samplers'),
  OTEL_BSP_SCHEDULE_DELAY: integer({ min: 1, max: 60_000, default: 5_000 }).describe(
    'Milliseconds between two exports in the background',
  ),
  OTEL_BSP_EXPORT_TIMEOUT: integer({ min: 100, max: 300_000, default: 5_000 }).describe(
    'Milliseconds that one attempt to store a batch may take. Keep it below the time between SIGTERM and SIGKILL (10 s on Cloud Run)',
  ),
  OTEL_BSP_MAX_QUEUE_SIZE: integer({ min: 1, max: 65_536, default: 2_048 }).describe(
    'Ended spans in the batch that is being filled; more are dropped, and counted',
  ),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: integer({ min: 1, max: 8_192, default: 512 }).meta({
    description: 'Spans in one export, at most the queue size',
    beside: atMost('OTEL_BSP_MAX_QUEUE_SIZE'),
  }),
  SPAN_RETRY_QUEUE_BYTES: integer({
    min: 65_536,
    max: 1_073_741_824,
    // Half of it, from where on traces are shed, holds a minute of 30 requests a second.
    default: 33_554_432,
  }).describe(
    'Estimated bytes of the spans that wait while a trace backend is away or slow, for each exporter; from half of it on new traces are shed, and what finds it full is dropped, and counted',
  ),
  ...otlpVariables,
  CLOUD_TRACE_API_ENDPOINT: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,253}(:[1-9]\d{0,4})?$/, { error: ENDPOINT_ALLOWED })
    .refine((value) => Number(value.split(':')[1] ?? 443) <= 65_535, { error: ENDPOINT_ALLOWED })
    .default('cloudtrace.googleapis.com')
    .describe('Address of Cloud Trace v2 for `gcp_trace`, for private endpoints'),
  ...plainTextVariables,
  SPAN_FLUSH: oneOf(['background', 'before-response'], 'background').describe(
    '`before-response` stores spans before each answer, for request-based billing, where the CPU stops with the response; it costs each request one export, up to 100 ms a hop',
  ),
  ...protectionVariables,
  OTEL_SDK_DISABLED: z
    .stringbool({ error: 'true or false' })
    .default(false)
    .describe('`true` turns tracing off: nothing is patched, nothing is sent'),
};

export type TelemetryConfig = Config<typeof telemetryVariables>;

/** A list without repetitions; `none`, alone, is the empty list. */
function listOf<const W extends readonly string[]>(words: W, preset: readonly W[number][]) {
  const allowed = `none, or a comma-separated list of ${words.join(', ')}`;
  return z
    .string()
    .transform((value, context): readonly W[number][] => {
      const items = [...new Set(value.split(',').map((item) => item.trim()))];
      if (items.length === 1 && items[0] === 'none') return [];
      const known = items.filter((item): item is W[number] => words.includes(item));
      if (known.length === items.length) return known;
      context.addIssue({ code: 'custom', message: allowed });
      return z.NEVER;
    })
    .default(preset);
}

function ratio() {
  const allowed = 'a number from 0 to 1, for example 0.1';
  return z
    .string()
    .regex(/^(0(\.\d{1,12})?|1(\.0{1,12})?)$/, { error: allowed })
    .transform(Number)
    .default(1);
}

/**
 * The specification has a decoder discard the whole variable on any error, silently; a typing
 * error would then take the platform's name off every span. So it is refused instead.
 */
function resourceAttributes() {
  const allowed =
    'key=value,key=value with "," "=" and "%" percent-encoded, keys and values up to 255 characters';
  return z
    .string()
    .transform((value, context): Readonly<Record<string, string>> => {
      const pairs = value.split(',').filter((pair) => pair.trim() !== '');
      const entries = pairs.map((pair) => pair.split('=').map((part) => decode(part.trim())));
      const valid = entries.every(
        (entry) =>
          entry.length === 2 &&
          entry[0] !== '' &&
          entry.every((part) => part !== undefined && part.length <= 255),
      );
      if (valid) return Object.fromEntries(entries);
      context.addIssue({ code: 'custom', message: allowed });
      return z.NEVER;
    })
    .default({});
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
