import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { parseCloudTraceContext, singleValue } from '../../../../lib/telemetry/trace-headers.ts';

/** The trace that a request's headers name; a new trace id where they name none. */
export type IncomingTrace = Readonly<{
  traceId: string;
  /** Becomes the parent of the front end's own span. */
  spanId: string | undefined;
  /** undefined where no header says so. */
  sampled: boolean | undefined;
}>;

const TRACE_PARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

const LINKING = ['x-cloud-trace-context', 'traceparent', 'tracestate', 'b3'] as const;

/** Those of the headers that link a trace. */
export function linkingHeaders(
  headers: IncomingHttpHeaders | OutgoingHttpHeaders,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    LINKING.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  );
}

/** X-Cloud-Trace-Context decides; without it, traceparent. b3 is never read. */
export function readTrace(headers: IncomingHttpHeaders): IncomingTrace {
  return (
    parseCloudTraceContext(singleValue(headers['x-cloud-trace-context'])) ??
    parseTraceParent(headers.traceparent) ?? {
      traceId: randomBytes(16).toString('hex'),
      spanId: undefined,
      sampled: undefined,
    }
  );
}

function parseTraceParent(value: string | string[] | undefined): IncomingTrace | undefined {
  const [, traceId, spanId, flags] = TRACE_PARENT.exec(singleValue(value) ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/**
 * The two headers as the container sees them: each keeps its trace, gets the front end's span, and
 * is filled in where it was missing.
 *
 *     in   X-Cloud-Trace-Context: T/P;o=1                          b3: T-P-1
 *     out  X-Cloud-Trace-Context: T/F;o=1   traceparent: 00-T-F-01   b3: T-P-1
 */
export function rewriteTrace(
  headers: IncomingHttpHeaders,
  options: { incoming: IncomingTrace; spanId: string; sampled: boolean | undefined },
): { 'x-cloud-trace-context': string; traceparent: string } {
  const { incoming, spanId, sampled } = options;
  const traceParentTrace = parseTraceParent(headers.traceparent)?.traceId ?? incoming.traceId;
  const flag = sampled === undefined ? '' : `;o=${sampled ? 1 : 0}`;
  return {
    'x-cloud-trace-context': `${incoming.traceId}/${BigInt(`0x${spanId}`)}${flag}`,
    traceparent: `00-${traceParentTrace}-${spanId}-${sampled ? '01' : '00'}`,
  };
}

/** Seen in the field on gRPC over HTTP/2: the options are gone, the rest stands. */
export function dropSampledFlag(value: string): string {
  return value.replace(/;o=\d*/, '');
}
