import { isIP } from 'node:net';

/**
 * Which values docs/configuration.md allows, written a second time without the schemas: what both
 * agree on is what the document says.
 */
type Rule = (text: string) => boolean;

const digits = (text: string) => text !== '' && [...text].every((c) => c >= '0' && c <= '9');
const whole =
  (min: number, max: number): Rule =>
  (text) =>
    digits(text) && text.length <= 15 && Number(text) >= min && Number(text) <= max;
const among =
  (...words: string[]): Rule =>
  (text) =>
    words.includes(text);
const list =
  (...words: string[]): Rule =>
  (text) =>
    text.trim() === 'none' || text.split(',').every((word) => words.includes(word.trim()));
const share: Rule = (text) =>
  digits(text.replace('.', '')) &&
  (/^0(\.|$)/.test(text) || /^1(\.0+)?$/.test(text)) &&
  !text.endsWith('.') &&
  (text.split('.')[1] ?? '').length <= 12;
const printable = (text: string) => [...text].every((c) => c >= ' ' && c !== '\x7f');
const HOST_CHARS = /^[A-Za-z0-9.:[\]-]+$/;

function url(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

const address: Rule = (text) => {
  const tls = text.startsWith('https://');
  const target = tls ? text.slice(8).replace(/\/$/, '') : text;
  const port = /:(\d+)$/.exec(target)?.[1];
  if (!HOST_CHARS.test(target) || (!tls && port === undefined)) return false;
  const parsed = url(`http://${target}`);
  const number = Number(port ?? 443);
  return parsed !== undefined && parsed.pathname === '/' && number >= 1 && number <= 65_535;
};

const endpoint: Rule = (text) => {
  const parsed = url(text);
  const isHttp = text.startsWith('http://') || text.startsWith('https://');
  return isHttp && parsed !== undefined && parsed.username === '' && parsed.password === '';
};

const origin: Rule = (text) => {
  const parsed = url(text);
  return (
    parsed !== undefined &&
    ['http:', 'https:'].includes(parsed.protocol) &&
    [parsed.username, parsed.password, parsed.search, parsed.hash].every((part) => part === '') &&
    parsed.pathname === '/'
  );
};

const decodes = (text: string) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

const attributes: Rule = (text) =>
  text
    .split(',')
    .filter((pair) => pair.trim() !== '')
    .every((pair) => {
      const parts = pair.split('=').map((part) => decodes(part.trim()));
      const [name, value] = parts;
      const isShort = (part: string | undefined) => part !== undefined && part.length <= 255;
      return parts.length === 2 && name !== '' && isShort(name) && isShort(value);
    });

const KEPT =
  'connection content-encoding content-length content-type host keep-alive te trailer transfer-encoding upgrade';

const headers: Rule = (text) =>
  text
    .split(',')
    .filter((pair) => pair.trim() !== '')
    .every((pair) => {
      const at = pair.indexOf('=');
      const name = pair.slice(0, Math.max(at, 0)).trim().toLowerCase();
      const value = decodes(pair.slice(at + 1).trim());
      return (
        /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name) &&
        !KEPT.split(' ').includes(name) &&
        value !== undefined &&
        [...value].every((c) => c === '\t' || (c >= ' ' && c <= 'ÿ' && c !== '\x7f'))
      );
    });

const queries: Rule = (text) => {
  let table: unknown;
  try {
    table = JSON.parse(text);
  } catch {
    return false;
  }
  if (table === null || typeof table !== 'object' || Array.isArray(table)) return false;
  const names = Object.keys(table);
  return (
    names.length >= 1 &&
    names.length === text.split(':').length - 1 - names.join('').split(':').length + 1 &&
    Object.entries(table).every(
      ([name, count]) =>
        name !== '' && !/[\r\n]/.test(name) && Number.isSafeInteger(count) && count >= 0,
    )
  );
};

const cloudTrace: Rule = (text) => {
  const [host = '', port, ...more] = text.split(':');
  const isHost = /^[A-Za-z0-9.-]+$/.test(host) && host.length <= 253;
  const isPort =
    port === undefined || (port[0] !== '0' && port.length <= 5 && whole(1, 65_535)(port));
  return isHost && isPort && more.length === 0;
};

const truth: Rule = (text) => /^(true|1|yes|on|y|enabled|false|0|no|off|n|disabled)$/i.test(text);
const SAMPLERS = ['always_on', 'always_off', 'traceidratio'];
const OTLP: Readonly<Record<string, Rule>> = {
  ENDPOINT: endpoint,
  HEADERS: headers,
  COMPRESSION: among('gzip', 'none'),
  TIMEOUT: whole(1, 60_000),
  PROTOCOL: among('http/protobuf'),
};

const RULES: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    Object.entries(OTLP).flatMap(([name, rule]) => [
      [`OTEL_EXPORTER_OTLP_${name}`, rule],
      [`OTEL_EXPORTER_OTLP_TRACES_${name}`, rule],
    ]),
  ),
  HOST: (text) => isIP(text) !== 0,
  PORT: whole(0, 65_535),
  CLIENT_ADDR: address,
  SERVER_ADDR: address,
  SHUTDOWN_TIMEOUT_MS: whole(1_000, 600_000),
  SERVER_DEADLINE_MS: whole(50, 300_000),
  KNOWN_QUERIES: queries,
  LOADGEN_MAX_RUN_SECONDS: whole(1, 1_790),
  LOADGEN_REQUEST_TIMEOUT_SECONDS: whole(1, 600),
  LOADGEN_MAX_RUNS: whole(1, 1_000),
  LOADGEN_MAX_REQUESTS: whole(1_000, 100_000),
  LOADGEN_LATE_AFTER_MS: whole(1, 60_000),
  WORKS_BUCKET: (text) => /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(text) && printable(text),
  WORKS_PREFIX: (text) => printable(text) && text.length <= 2_048,
  WORKS_CACHE: among('keep', 'per-request'),
  WORKS_TTL_SECONDS: whole(0, 86_400),
  WORKS_ACCESS: among('public', 'iam'),
  WORKS_ATTEMPTS: whole(1, 3),
  WORKS_ATTEMPT_TIMEOUT_MS: whole(50, 60_000),
  STORAGE_API_ENDPOINT: origin,
  GOOGLE_CLOUD_PROJECT: (text) => /^[a-z0-9.:-]{4,63}$/.test(text) && printable(text),
  OTEL_SERVICE_NAME: (text) => printable(text) && text.length <= 2_048,
  OTEL_RESOURCE_ATTRIBUTES: attributes,
  OTEL_TRACES_EXPORTER: list('gcp_trace', 'otlp', 'console'),
  OTEL_PROPAGATORS: list('gcp_trace', 'tracecontext', 'b3', 'b3multi', 'baggage'),
  OTEL_TRACES_SAMPLER: among(...SAMPLERS, ...SAMPLERS.map((name) => `parentbased_${name}`)),
  OTEL_TRACES_SAMPLER_ARG: share,
  OTEL_BSP_SCHEDULE_DELAY: whole(1, 60_000),
  OTEL_BSP_EXPORT_TIMEOUT: whole(100, 300_000),
  OTEL_BSP_MAX_QUEUE_SIZE: whole(1, 65_536),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: whole(1, 8_192),
  CLOUD_TRACE_API_ENDPOINT: cloudTrace,
  SPAN_FLUSH: among('background', 'before-response'),
  K_SERVICE: (text) => printable(text) && text.length <= 2_048,
  ALLOW_PLAINTEXT_UPSTREAM: truth,
  OTEL_SDK_DISABLED: truth,
};

/** Undefined for a variable that has no rule here. */
export function isLegalValue(variable: string, text: string): boolean | undefined {
  return RULES[variable]?.(text);
}
