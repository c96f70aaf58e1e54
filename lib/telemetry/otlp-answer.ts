import { STATUS_CODES } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { excerpt } from './excerpt.ts';

/** An HTTP answer of an OTLP endpoint, its body cut at MAX_ANSWER_BYTES. */
export type OtlpAnswer = Readonly<{
  status: number;
  contentType: string | undefined;
  contentEncoding?: string | undefined;
  /** Of a redirect. */
  location?: string | undefined;
  body: Buffer;
}>;

/** An export response is a few bytes; what is longer is a page for people. */
export const MAX_ANSWER_BYTES = 64 * 1024;
/** As much of an answer as anybody reads in a log. */
const MAX_EXCERPT = 300;

/** What an endpoint says of a batch. */
export type Verdict =
  | Readonly<{ stored: true; rejected: number; warning: string | undefined }>
  | Readonly<{ stored: false; reason: string; passes: boolean }>;

/** Statuses after which OTLP asks to try again. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * Reads an answer as OTLP specifies it. A status of success alone proves nothing: a login page, a
 * proxy or a wrong path answers 200 too. `secrets` are left out of what is quoted.
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 */
export function judgeAnswer(answer: OtlpAnswer, secrets: readonly string[]): Verdict {
  const { status } = answer;
  const said = `HTTP ${status} ${STATUS_CODES[status] ?? ''}`.trim();
  if (status >= 300 && status < 400) {
    const to = URL.canParse(answer.location ?? '') ? new URL(answer.location ?? '').origin : '';
    return {
      stored: false,
      passes: false,
      reason: `${said}${to && ` to ${to}`}; redirects are not followed, set the endpoint itself`,
    };
  }
  const body = unpack(answer);
  if (status < 200 || status >= 300) {
    const reason = `${said}: ${quote(body, secrets)}`;
    return { stored: false, passes: RETRYABLE.has(status), reason };
  }
  const response = readResponse(body, answer.contentType);
  if (response === undefined) {
    const type = answer.contentType?.slice(0, 100) ?? 'without a content type';
    return {
      stored: false,
      passes: false,
      reason: `${said}, but no export response (${type}): ${quote(body, secrets)}`,
    };
  }
  const { rejected, message } = response;
  const warning = message === '' ? undefined : quote(Buffer.from(message), secrets);
  return { stored: true, rejected, warning };
}

type ExportResponse = Readonly<{ rejected: number; message: string }>;

/** Undefined for what is no ExportTraceServiceResponse. An empty body is one, without remarks. */
function readResponse(body: Buffer, contentType: string | undefined): ExportResponse | undefined {
  if (body.length === 0) return { rejected: 0, message: '' };
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  switch (type) {
    // Some endpoints answer protobuf with JSON.
    case 'application/json':
      return readJson(body);
    case undefined:
      return readProtobuf(body) ?? readJson(body);
    case 'application/x-protobuf':
    case 'application/protobuf':
    case 'application/octet-stream':
      return readProtobuf(body);
    default:
      return undefined;
  }
}

function readProtobuf(body: Buffer): ExportResponse | undefined {
  try {
    const { partialSuccess } = ProtobufTraceSerializer.deserializeResponse(body);
    // The reader skips what it does not know, so another message looks like an empty one.
    if (partialSuccess === undefined) return undefined;
    const { rejectedSpans = 0, errorMessage = '' } = partialSuccess;
    return { rejected: Number(rejectedSpans), message: errorMessage };
  } catch {
    return undefined;
  }
}

function readJson(body: Buffer): ExportResponse | undefined {
  try {
    const response: unknown = JSON.parse(body.toString('utf8'));
    if (!isObject(response)) return undefined;
    if (Object.keys(response).some((key) => key !== 'partialSuccess')) return undefined;
    const partial = response.partialSuccess ?? {};
    if (!isObject(partial)) return undefined;
    const rejected = Number(partial.rejectedSpans ?? 0);
    if (!Number.isSafeInteger(rejected)) return undefined;
    return { rejected, message: String(partial.errorMessage ?? '') };
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** We do not ask for a compressed answer; some proxies compress anyway. */
function unpack({ body, contentEncoding }: OtlpAnswer): Buffer {
  if (contentEncoding?.trim().toLowerCase() !== 'gzip') return body;
  try {
    return gunzipSync(body, { maxOutputLength: MAX_ANSWER_BYTES });
  } catch {
    return body;
  }
}

/** The first characters in one line, without secrets that the endpoint repeats. */
function quote(body: Buffer, secrets: readonly string[]): string {
  const text = hide(body.toString('utf8'), secrets.flatMap(formsOf));
  const line = text.replaceAll(/[\p{C}\p{Z}\ufffd]+/gu, ' ').trim();
  if (body.length === 0) return '(empty body)';
  if (line === '') return `(${body.length} bytes that are no text)`;
  return excerpt(line, MAX_EXCERPT);
}

function hide(text: string, words: readonly string[]): string {
  if (words.length === 0) return text;
  // The longest first, or a part of a word would be hidden and the rest of it shown.
  const patterns = words
    .toSorted((a, b) => b.length - a.length)
    .map((word) => word.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return text.replaceAll(new RegExp(patterns.join('|'), 'g'), '(secret)');
}

/** How an endpoint may repeat a header's value: as it is, without its scheme, or escaped. */
function formsOf(secret: string): string[] {
  return [secret, secret.slice(secret.indexOf(' ') + 1)]
    .flatMap((form) => [form, JSON.stringify(form).slice(1, -1), encodeURIComponent(form)])
    .filter((form) => form.length >= SHORTEST_SECRET);
}

/** Shorter values, such as a tenant's number, are no secrets and occur in any text. */
const SHORTEST_SECRET = 4;
