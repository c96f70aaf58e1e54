import {
  isSpanContextValid,
  ROOT_CONTEXT,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import {
  isTracingSuppressed,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3';
import { createCloudTracePropagator } from './cloud-trace-propagator.ts';
import type { PropagatorName } from './config.ts';
import { ROOT } from './linked-context.ts';
import { decideParent, PARENT_ORIGIN, readHeaders } from './parent.ts';
import { type MissingFlag, restoresParent } from './protections.ts';

/**
 * One propagator for HTTP headers and gRPC metadata alike.
 *
 *     X-Cloud-Trace-Context: T/F;o=1    F: Cloud Run's front end put its own span here
 *     traceparent: 00-T-F-01            and here
 *     b3: T-P-1                         P: the caller's span, carried past it untouched
 *
 * X-Cloud-Trace-Context decides the trace, traceparent where it is missing, b3 where both are.
 * Where b3 is of that same trace, its span is the parent and its flag wins. A header that does not
 * say whether to sample does not say no: the front end may drop the flag.
 *
 *     X-Cloud-Trace-Context: T;o=1      or T/0;o=1: the sender wants a trace T and has no span
 *
 * The parent is then what traceparent or b3 say of T, and of no other trace. Where they say
 * nothing, T is begun here: sampled or not as the header has it.
 *
 * The last propagator of OpenTelemetry's CompositePropagator to extract wins, whatever it found;
 * that is why this is not one.
 */
export function createPropagator(
  names: readonly PropagatorName[],
  missingFlag: MissingFlag = 'sample',
): TextMapPropagator {
  const injectors = names.map((name) => INJECTORS[name]());
  const restores = restoresParent(names);
  return {
    inject(context, carrier, setter) {
      const spanContext = trace.getSpanContext(context);
      // Google's propagator would send an all-zero trace from inside a suppressed request.
      if (isTracingSuppressed(context)) return;
      const valid = spanContext !== undefined && isSpanContextValid(spanContext);
      const skipping = skipEmpty(setter);
      for (const injector of injectors) {
        if (valid || injector === BAGGAGE) injector.inject(context, carrier, skipping);
      }
    },

    extract(context, carrier, getter) {
      const headers = readHeaders(names, carrier, getter);
      const decided = decideParent(headers, { restores, missingFlag });
      const withBaggage = names.includes('baggage')
        ? BAGGAGE.extract(context, carrier, getter)
        : context;
      // The instrumentations begin with the API's own, and every context of the request is made of it.
      const base = withBaggage === ROOT_CONTEXT ? ROOT : withBaggage;
      if (decided === undefined) return base;
      return trace
        .setSpanContext(base, decided.spanContext)
        .setValue(PARENT_ORIGIN, decided.origin);
    },

    fields: () => [...new Set(injectors.flatMap((injector) => injector.fields()))],
  };
}

const BAGGAGE = new W3CBaggagePropagator();

const INJECTORS: Readonly<Record<PropagatorName, () => TextMapPropagator>> = {
  gcp_trace: createCloudTracePropagator,
  tracecontext: () => new W3CTraceContextPropagator(),
  b3: () => new B3Propagator({ injectEncoding: B3InjectEncoding.SINGLE_HEADER }),
  b3multi: () => new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }),
  baggage: () => BAGGAGE,
};

function skipEmpty<C>(setter: TextMapSetter<C>): TextMapSetter<C> {
  return {
    set(carrier, name, value) {
      if (value !== '') setter.set(carrier, name, value);
    },
  };
}
