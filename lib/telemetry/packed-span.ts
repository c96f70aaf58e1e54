import { type SpanContext, TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

const SAMPLED: SpanContext = { traceId: '', spanId: '', traceFlags: TraceFlags.SAMPLED };
const NO_RESOURCE = {};

/**
 * A span between its end and its storage: its bytes for each sink, in the order of the sinks.
 *
 * The SDK's batches are made for its own spans. Of each they look at the two fields below, and at
 * nothing else.
 */
export class PackedSpan {
  readonly parts: readonly Buffer[];
  readonly resource = NO_RESOURCE;

  constructor(parts: readonly Buffer[]) {
    this.parts = parts;
  }

  spanContext(): SpanContext {
    return SAMPLED;
  }
}

export const asReadable = (packed: PackedSpan) => packed as unknown as ReadableSpan;
export const asPacked = (spans: readonly ReadableSpan[]) =>
  spans as readonly unknown[] as readonly PackedSpan[];
