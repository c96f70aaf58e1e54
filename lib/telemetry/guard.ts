import {
  type ContextManager,
  context,
  diag,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Span,
  type TextMapPropagator,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';

/**
 * What runs inside a request must not fail it. OpenTelemetry's instrumentations call samplers,
 * processors and propagators without a net: what one of them throws comes out of the server's own
 * request handler, or out of http.request. Each place is caught here; its first fault is logged.
 */
export type Guard = <T>(place: string, work: () => T, otherwise: () => T) => T;

export function createGuard(): Guard {
  const reported = new Set<string>();
  return (place, work, otherwise) => {
    try {
      return work();
    } catch (error) {
      if (!reported.has(place)) diag.error(`tracing failed in ${place}`, describe(error));
      reported.add(place);
      return otherwise();
    }
  };
}

/**
 * Where a context cannot be set, the work runs all the same, in the one that it would leave. The
 * manager's `bind` calls its `with`.
 */
export function guardContextManager(guard: Guard, guarded: ContextManager): ContextManager {
  return Object.assign(Object.create(guarded) as ContextManager, {
    active: () =>
      guard(
        'context.active',
        () => guarded.active(),
        () => ROOT_CONTEXT,
      ),
    with: ((active, work, thisArg, ...args) => {
      let settle: (() => ReturnType<typeof work>) | undefined;
      // What the work itself throws is no fault of tracing.
      const run = () => {
        try {
          const result = work.call(thisArg as ThisParameterType<typeof work>, ...args);
          settle = () => result;
        } catch (error) {
          settle = () => {
            throw error;
          };
        }
      };
      guard(
        'context.with',
        () => guarded.with(active, run),
        () => {},
      );
      if (!settle) run();
      return (settle as unknown as () => ReturnType<typeof work>)();
    }) satisfies ContextManager['with'],
  });
}

/** Without the headers of a trace, the next program begins another one. */
export function guardPropagator(guard: Guard, guarded: TextMapPropagator): TextMapPropagator {
  return {
    inject: (active, carrier, setter) =>
      guard(
        'inject',
        () => guarded.inject(active, carrier, setter),
        () => {},
      ),
    extract: (active, carrier, getter) =>
      guard(
        'extract',
        () => guarded.extract(active, carrier, getter),
        () => active,
      ),
    fields: () => guarded.fields(),
  };
}

export function guardProcessor(guard: Guard, name: string, guarded: SpanProcessor): SpanProcessor {
  return {
    onStart: (span, parent) =>
      guard(
        `${name}, start`,
        () => guarded.onStart(span, parent),
        () => {},
      ),
    onEnd: (span) =>
      guard(
        `${name}, end`,
        () => guarded.onEnd(span),
        () => {},
      ),
    forceFlush: () => guarded.forceFlush(),
    shutdown: () => guarded.shutdown(),
  };
}

/**
 * A span that cannot be made (its sampler throws, or a getter of its attributes) is replaced by one
 * that records nothing and stands for its parent, so that the spans below it stay in the trace.
 */
export function guardTracers(guard: Guard, guarded: TracerProvider): TracerProvider {
  return {
    getTracer(...of) {
      const tracer = guarded.getTracer(...of);
      // The tracer's startActiveSpan calls its startSpan.
      return Object.assign(Object.create(tracer) as Tracer, {
        startSpan: ((name, options, parent = context.active()) =>
          guard(
            'startSpan',
            () => guardSpan(guard, tracer.startSpan(name, options, parent)),
            () => {
              const above = options?.root ? undefined : trace.getSpanContext(parent);
              return trace.wrapSpanContext(above ?? INVALID_SPAN_CONTEXT);
            },
          )) satisfies Tracer['startSpan'],
      });
    },
  };
}

/** The span as programs and instrumentations hold it: what a call of it throws fails no request. */
function guardSpan(guard: Guard, span: Span): Span {
  const call = (place: string, work: () => unknown) => {
    guard(`span.${place}`, work, () => {});
    return guarded;
  };
  const guarded: Span = {
    spanContext: () =>
      guard(
        'span.spanContext',
        () => span.spanContext(),
        () => INVALID_SPAN_CONTEXT,
      ),
    isRecording: () =>
      guard(
        'span.isRecording',
        () => span.isRecording(),
        () => false,
      ),
    setAttribute: (...of) => call('setAttribute', () => span.setAttribute(...of)),
    setAttributes: (...of) => call('setAttributes', () => span.setAttributes(...of)),
    addEvent: (...of) => call('addEvent', () => span.addEvent(...of)),
    addLink: (...of) => call('addLink', () => span.addLink(...of)),
    addLinks: (...of) => call('addLinks', () => span.addLinks(...of)),
    setStatus: (...of) => call('setStatus', () => span.setStatus(...of)),
    updateName: (...of) => call('updateName', () => span.updateName(...of)),
    recordException: (...of) => call('recordException', () => span.recordException(...of)),
    end: (...of) => void call('end', () => span.end(...of)),
  };
  return guarded;
}

function describe(error: unknown): string {
  try {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  } catch {
    return 'something that has no text';
  }
}
