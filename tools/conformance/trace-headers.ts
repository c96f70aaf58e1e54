import { randomBytes } from 'node:crypto';
import { rewriteTrace } from '../local/platforms/cloud-run/headers.ts';

export type Ids = Readonly<{
  traceId: string;
  /** Of the caller's span: the true parent. */
  spanId: string;
  /** Of the span by which a front end replaces it. */
  frontEndId: string;
}>;

/** The first digit keeps an id from being all zeros. */
const randomId = (bytes: number): string => `a${randomBytes(bytes).toString('hex').slice(1)}`;

export const createIds = (): Ids => ({
  traceId: randomId(16),
  spanId: randomId(8),
  frontEndId: randomId(8),
});

const decimal = (spanId: string): bigint => BigInt(`0x${spanId}`);

export const traceparent = ({ traceId, spanId }: Ids, sampled = true) => ({
  traceparent: `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`,
});
export const b3 = ({ traceId, spanId }: Ids, sampled = true) => ({
  b3: `${traceId}-${spanId}-${sampled ? 1 : 0}`,
});
export const cloudTrace = ({ traceId, spanId }: Ids, sampled = true) => ({
  'x-cloud-trace-context': `${traceId}/${decimal(spanId)};o=${sampled ? 1 : 0}`,
});

/** https://github.com/census-instrumentation/opencensus-specs/blob/master/encodings/BinaryEncoding.md */
export const grpcTraceBin = ({ traceId, spanId }: Ids) => ({
  'grpc-trace-bin': Buffer.from(`0000${traceId}01${spanId}0201`, 'hex'),
});

/** The three headers, as our programs send them to each other. */
export const headersOf = (ids: Ids, sampled = true): Record<string, string> => ({
  ...cloudTrace(ids, sampled),
  ...traceparent(ids, sampled),
  ...b3(ids, sampled),
});

/** The same behind Cloud Run's front end; `sampled` undefined: it leaves the flag out. */
export function behindFrontEnd(ids: Ids, sampled: boolean | undefined): Record<string, string> {
  const sent = headersOf(ids);
  const incoming = { traceId: ids.traceId, spanId: ids.spanId, sampled: true };
  return { ...sent, ...rewriteTrace(sent, { incoming, spanId: ids.frontEndId, sampled }) };
}
