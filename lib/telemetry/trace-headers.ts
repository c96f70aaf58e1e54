/**
 * Reads the headers that link a trace, as they come from the wire: malformed, oversized, repeated
 * and hostile values all end here. Pure; every function returns undefined for what it refuses.
 */

/** `sampled` is undefined where the header does not say: that is never read as "no". */
export type TraceHeader = Readonly<{
  traceId: string;
  spanId: string | undefined;
  sampled: boolean | undefined;
}>;

/** Longer than any of these headers can be; what is longer is not looked at. */
const MAX_LENGTH = 256;
const MAX_SPAN_ID = 2n ** 64n - 1n;
const INVALID_TRACE = '0'.repeat(32);
const INVALID_SPAN = '0'.repeat(16);

/**
 * The one value of a header. HTTP joins repeated headers with a comma, gRPC metadata lists them:
 * repetitions of one value are one value, but of two different ones neither can be believed.
 */
export function singleValue(value: string | string[] | undefined): string | undefined {
  const single = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (single === undefined) return undefined;
  // As almost every header is: the rest is for the others.
  if (typeof single === 'string' && !single.includes(',')) {
    const only = single.trim();
    return only !== '' && only.length <= MAX_LENGTH ? only : undefined;
  }
  const values = [value].flat().flatMap((item) => String(item).split(','));
  const distinct = new Set(values.map((item) => item.trim()).filter((item) => item !== ''));
  const [only] = distinct;
  return distinct.size === 1 && only && only.length <= MAX_LENGTH ? only : undefined;
}

/**
 * X-Cloud-Trace-Context: `TRACE_ID/SPAN_ID;o=OPTIONS`, span id in decimal, the lowest bit of the
 * options is the sampling decision. Span id and options may be missing.
 * https://cloud.google.com/trace/docs/trace-context#legacy-http-header
 */
export function parseCloudTraceContext(value: string | undefined): TraceHeader | undefined {
  const match = /^([0-9a-f]{32})(?:\/([0-9]{1,20}))?((?:;[\x21-\x3a\x3c-\x7e]*)*)$/i.exec(
    value ?? '',
  );
  const traceId = match?.[1]?.toLowerCase();
  if (traceId === undefined || traceId === INVALID_TRACE) return undefined;
  const span = BigInt(match?.[2] ?? 0);
  if (span > MAX_SPAN_ID) return undefined;
  const options = /;o=([0-9]{1,3})(?:;|$)/.exec(match?.[3] ?? '')?.[1];
  return {
    traceId,
    spanId: span === 0n ? undefined : span.toString(16).padStart(16, '0'),
    sampled: options === undefined ? undefined : (Number(options) & 1) === 1,
  };
}

/**
 * The single b3 header: `TRACE_ID-SPAN_ID[-SAMPLED[-PARENT]]`. `d` (debug) means sampled; a missing
 * state leaves the decision to the receiver. A lone state (`b3: 0`) names no trace.
 * https://github.com/openzipkin/b3-propagation#single-header
 */
export function parseB3(value: string | undefined): TraceHeader | undefined {
  const match = /^((?:[0-9a-f]{16}){1,2})-([0-9a-f]{16})(?:-([01d])(?:-[0-9a-f]{16})?)?$/i.exec(
    value ?? '',
  );
  const traceId = match?.[1]?.toLowerCase().padStart(32, '0');
  const spanId = match?.[2]?.toLowerCase();
  if (traceId === undefined || spanId === undefined) return undefined;
  if (traceId === INVALID_TRACE || spanId === INVALID_SPAN) return undefined;
  const state = match?.[3]?.toLowerCase();
  return { traceId, spanId, sampled: state === undefined ? undefined : state !== '0' };
}

/** The headers of b3's multi form, put together as its single form. */
export function joinB3Multi(header: (name: string) => string | undefined): string | undefined {
  const traceId = header('x-b3-traceid');
  const spanId = header('x-b3-spanid');
  if (traceId === undefined || spanId === undefined) return undefined;
  const sampled = header('x-b3-flags') === '1' ? 'd' : B3_SAMPLED[header('x-b3-sampled') ?? ''];
  return [traceId, spanId, sampled].filter((part) => part !== undefined).join('-');
}

/** Older senders write words. */
const B3_SAMPLED: Readonly<Record<string, string>> = { '0': '0', '1': '1', false: '0', true: '1' };
