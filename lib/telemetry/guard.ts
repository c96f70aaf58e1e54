import {
  type ContextManager,
  context,
  diag,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type TextMapPropagator,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { type Guard, GuardedSpan } from './guarded-span.ts';
import { withoutMetrics } from './unmeasured.ts';

/**
 * What runs inside a request must not fail it. OpenTelemetry's instrumentations call samplers,
 * processors and propagators without a net: what one of them throws comes out of the server's own
 * request handler, or out of http.request. Each place is caught here; its first fault is logged.
 *
 * Every span passes here a dozen times, so the places catch by themselves and make no functions for it.
 */
export function createGuard(): Guard {
  const reported = new Set<string>();
  return {
    report(place, fault) {
      if (!reported.has(place)) diag.error(`tracing failed in ${place}`, describe(fault));
      reported.add(place);
    },
  };
}

/**
 * Where a context cannot be set, the work runs all the same, in the one that it would leave. The
 * manager's `bind` calls its `with`.
 */
export function guardContextManager(guard: Guard, guarded: ContextManager): ContextManager {
  return Object.assign(Object.create(guarded) as ContextManager, {
    active() {
      try {
        return guarded.active();
      } catch (fault) {
        guard.report('context.active', fault);
        return ROOT_CONTEXT;
      }
    },
    with: ((active, work, thisArg, ...args) => {
      let isBegun = false;
      let isDone = false;
      let result: unknown;
      const run = () => {
        isBegun = true;
        result = Reflect.apply(work, thisArg, args);
        isDone = true;
      };
      try {
        guarded.with(active, run);
      } catch (fault) {
        // What the work itself throws is no fault of tracing.
        if (isBegun && !isDone) throw fault;
        guard.report('context.with', fault);
      }
      if (!isBegun) run();
      return result as ReturnType<typeof work>;
    }) satisfies ContextManager['with'],
  });
}

/** Without the headers of a trace, the next program begins another one. */
export function guardPropagator(guard: Guard, guarded: TextMapPropagator): TextMapPropagator {
  return {
    inject(active, carrier, setter) {
      try {
        guarded.inject(active, carrier, setter);
      } catch (fault) {
        guard.report('inject', fault);
      }
    },
    extract(active, carrier, getter) {
      try {
        return guarded.extract(active, carrier, getter);
      } catch (fault) {
        guard.report('extract', fault);
        return active;
      }
    },
    fields: () => guarded.fields(),
  };
}

export function guardProcessor(guard: Guard, name: string, guarded: SpanProcessor): SpanProcessor {
  return {
    onStart(span, parent) {
      try {
        guarded.onStart(span, parent);
      } catch (fault) {
        guard.report(`${name}, start`, fault);
      }
    },
    onEnd(span) {
      try {
        guarded.onEnd(span);
      } catch (fault) {
        guard.report(`${name}, end`, fault);
      }
    },
    forceFlush: () => guarded.forceFlush(),
    shutdown: () => guarded.shutdown(),
  };
}

/**
 * A span that cannot be made (its sampler throws, or a getter of its attributes) is replaced by one
 * that records nothing and stands for its parent, so that the spans below it stay in the trace.
 */
export function guardTracers(guard: Guard, guarded: TracerProvider): TracerProvider {
  const known = new WeakMap<Tracer, Tracer>();
  return {
    // Asked for with each span.
    getTracer(...of) {
      const tracer = guarded.getTracer(...of);
      const made = known.get(tracer) ?? guardTracer(guard, withoutMetrics(tracer));
      known.set(tracer, made);
      return made;
    },
  };
}

/**
 * The SDK copies and checks attributes twice that are given with the start, before it sets them. No
 * sampler here looks at them.
 */
function guardTracer(guard: Guard, tracer: Tracer): Tracer {
  // The tracer's startActiveSpan calls its startSpan.
  return Object.assign(Object.create(tracer) as Tracer, {
    startSpan: ((name, { attributes, ...options } = {}, parent = context.active()) => {
      try {
        const span = new GuardedSpan(guard, tracer.startSpan(name, options, parent));
        return attributes === undefined ? span : span.setAttributes(attributes);
      } catch (fault) {
        guard.report('startSpan', fault);
        const above = options.root ? undefined : trace.getSpanContext(parent);
        return trace.wrapSpanContext(above ?? INVALID_SPAN_CONTEXT);
      }
    }) satisfies Tracer['startSpan'],
  });
}

function describe(error: unknown): string {
  try {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  } catch {
    return 'something that has no text';
  }
}
