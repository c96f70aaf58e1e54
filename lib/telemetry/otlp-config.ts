import { validateHeaderName, validateHeaderValue } from 'node:http';
import { z } from 'zod';
import { type Beside, integer, wholeNumber } from './environment.ts';
import { besidePlainUrl } from './plain-text.ts';

const URL_ALLOWED = 'an http:// or https:// URL without user and password (headers carry those)';
const PROTOCOL_ALLOWED = 'http/protobuf (grpc and http/json are not supported)';

/** Set by the exporter itself: another value would break the request. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  ...['connection', 'content-encoding', 'content-length', 'content-type', 'host'],
  ...['keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
]);

const besidePlain = besidePlainUrl((all) =>
  ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'].some(
    (name) => Object.keys(all[name] ?? {}).length > 0,
  ),
);

/** Nothing is sent to an endpoint that no exporter uses. */
const ifUsed: Beside = (value, all) => {
  const exporters = all.OTEL_TRACES_EXPORTER;
  if (!Array.isArray(exporters) || !exporters.includes('otlp')) return undefined;
  const used = all.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? all.OTEL_EXPORTER_OTLP_ENDPOINT;
  return value === used ? besidePlain(value, all) : undefined;
};

/** Variables of OpenTelemetry's OTLP exporter; those with TRACES_ win over those without. */
export const otlpVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: url().default('https://telemetry.googleapis.com').meta({
    description:
      'Base URL for `otlp`. Google access tokens are sent to https://*.googleapis.com only',
    beside: ifUsed,
  }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url().optional().meta({
    description: 'Full URL for `otlp`, instead of the base URL with /v1/traces',
    beside: ifUsed,
  }),
  OTEL_EXPORTER_OTLP_HEADERS: headers('Headers of each export, such as an API key'),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: headers('More headers; they win over those of the same name'),
  OTEL_EXPORTER_OTLP_COMPRESSION: compression().default('none').describe('`gzip` or `none`'),
  OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: compression()
    .optional()
    .describe('Wins over OTEL_EXPORTER_OTLP_COMPRESSION'),
  OTEL_EXPORTER_OTLP_TIMEOUT: integer({ min: 1, max: 60_000, default: 10_000 }).describe(
    'Milliseconds that one attempt over OTLP may take; OTEL_BSP_EXPORT_TIMEOUT bounds it too',
  ),
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: wholeNumber(1, 60_000)
    .optional()
    .describe('Wins over OTEL_EXPORTER_OTLP_TIMEOUT'),
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol()
    .default('http/protobuf')
    .describe('`http/protobuf` is the only one supported'),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol()
    .optional()
    .describe('Wins over OTEL_EXPORTER_OTLP_PROTOCOL; `http/protobuf` too'),
};

function url() {
  return z.string().refine(
    (value) => {
      const parsed = URL.canParse(value) ? new URL(value) : undefined;
      return (
        parsed !== undefined &&
        /^https?:\/\//.test(value) &&
        parsed.username === '' &&
        parsed.password === ''
      );
    },
    { error: URL_ALLOWED },
  );
}

function compression() {
  return z.enum(['gzip', 'none'], { error: 'gzip or none' });
}

function protocol() {
  return z.literal('http/protobuf', { error: PROTOCOL_ALLOWED });
}

/** Secret: no value of it is ever shown. */
function headers(description: string) {
  const allowed =
    'name=value,name=value with "," and "%" in values percent-encoded, and none of ' +
    [...OWN_HEADERS].join(', ');
  return z
    .string()
    .transform((value, context): Readonly<Record<string, string>> => {
      const pairs = value.split(',').filter((pair) => pair.trim() !== '');
      const entries = pairs.map(parseHeader);
      const valid = entries.filter((entry) => entry !== undefined);
      if (valid.length === entries.length) return Object.fromEntries(valid);
      context.addIssue({ code: 'custom', message: allowed });
      return z.NEVER;
    })
    .default({})
    .meta({
      description: `${description}, \`name=value,name=value\`, values percent-encoded. Never logged, sent to the endpoint only`,
      secret: true,
    });
}

function parseHeader(pair: string): [name: string, value: string] | undefined {
  const at = pair.indexOf('=');
  const name = pair.slice(0, Math.max(0, at)).trim().toLowerCase();
  try {
    const value = decodeURIComponent(pair.slice(at + 1).trim());
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return at === -1 || OWN_HEADERS.has(name) ? undefined : [name, value];
  } catch {
    return undefined;
  }
}
