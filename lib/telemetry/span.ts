import {
  type Attributes,
  type Link,
  type Span,
  type SpanContext,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { ATTR, TRACE_STATE } from './names.ts';

export type SpanOptions = Readonly<{
  attributes?: Attributes;
  links?: Link[];
  /** Starts a new trace, whatever the caller's sampling decision was. */
  root?: boolean;
}>;

/** Cloud Trace cuts a value at 65,532 bytes; a message that long is of no use to a reader. */
const MAX_MESSAGE_LENGTH = 1_024;

/** The error each span already carries, so that a rethrow does not replace a more exact type. */
const recorded = new WeakMap<Span, unknown>();

/** Runs `work` inside a new active span; the span ends with it, and says so if it failed. */
export function withSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T> | T,
): Promise<T> {
  const tracer = trace.getTracer('shakesapp');
  return tracer.startActiveSpan(name, options, (span) => endAfter(span, work));
}

async function endAfter<T>(span: Span, work: (span: Span) => Promise<T> | T): Promise<T> {
  try {
    return await work(span);
  } catch (error) {
    recordError(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** The span that this code runs in; undefined where there is none, or it cannot be found. */
export function activeSpan(): Span | undefined {
  try {
    return trace.getActiveSpan();
  } catch {
    // An answer, or a log line, without its trace is better than none.
    return undefined;
  }
}

export function activeSpanContext(): SpanContext | undefined {
  try {
    return trace.getActiveSpan()?.spanContext();
  } catch {
    return undefined;
  }
}

/** Whether the span is not recorded because of pressure, rather than by the configuration. */
export function isShed(span: Span): boolean {
  return span.spanContext().traceState?.get(TRACE_STATE.key) === TRACE_STATE.shed;
}

/**
 * Marks the span as failed: status, exception event, and both again as attributes, because Cloud
 * Trace's v1 read API returns neither status nor events. `type` is of low cardinality; by default
 * the error's own `errorType` where it has one, else its class.
 */
export function recordError(span: Span, error: unknown, type?: string): void {
  if (type === undefined && recorded.has(span) && recorded.get(span) === error) return;
  recorded.set(span, error);
  try {
    record(span, error, type);
  } catch {
    // Anything can be thrown, even what has no text; it is the caller's to handle, not this fault.
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
}

function record(span: Span, error: unknown, type?: string): void {
  const cause = error instanceof Error ? error : new Error(String(error));
  const message = cause.message.slice(0, MAX_MESSAGE_LENGTH);
  span.recordException(cause);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  span.setAttributes({
    [ATTR.errorType]: type ?? typeOf(cause),
    [ATTR.errorMessage]: message,
  });
}

function typeOf(error: Error): string {
  return 'errorType' in error && typeof error.errorType === 'string' ? error.errorType : error.name;
}
