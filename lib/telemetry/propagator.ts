import {
  type Context,
  createContextKey,
  isSpanContextValid,
  ROOT_CONTEXT,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  TraceFlags,
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
import {
  joinB3Multi,
  parseB3,
  parseCloudTraceContext,
  singleValue,
  type TraceHeader,
} from './trace-headers.ts';

/** How an incoming request's parent was found: becomes attributes of its server span. */
export type ParentOrigin = Readonly<{
  source: 'b3' | 'gcp_trace' | 'tracecontext';
  /** The platform's own span, where the true parent was restored past it. */
  frontEndSpanId: string | undefined;
  /** The parent is the platform's or a stranger's: no span of ours. */
  external: boolean;
  /** The headers name a trace and no parent: the span is the root of that trace. */
  root: boolean;
}>;

const PARENT_ORIGIN = createContextKey('shakesapp parent origin');

export function parentOrigin(context: Context): ParentOrigin | undefined {
  return context.getValue(PARENT_ORIGIN) as ParentOrigin | undefined;
}

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
export function createPropagator(names: readonly PropagatorName[]): TextMapPropagator {
  const injectors = names.map((name) => INJECTORS[name]());
  const restores = names.includes('b3') || names.includes('b3multi');
  return {
    inject(context, carrier, setter) {
      const spanContext = trace.getSpanContext(context);
      // Google's propagator would send an all-zero trace from inside a suppressed request.
      if (isTracingSuppressed(context)) return;
      const valid = spanContext !== undefined && isSpanContextValid(spanContext);
      for (const injector of injectors) {
        if (valid || injector instanceof W3CBaggagePropagator) {
          injector.inject(context, carrier, skipEmpty(setter));
        }
      }
    },

    extract(context, carrier, getter) {
      const headers = readHeaders(names, carrier, getter);
      const decided = decide(headers, restores);
      const withBaggage = names.includes('baggage')
        ? BAGGAGE.extract(context, carrier, getter)
        : context;
      if (decided === undefined) return withBaggage;
      return trace
        .setSpanContext(withBaggage, decided.spanContext)
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

type Headers = Readonly<{
  cloud: TraceHeader | undefined;
  w3c: SpanContext | undefined;
  b3: TraceHeader | undefined;
}>;

function readHeaders<C>(
  names: readonly PropagatorName[],
  carrier: C,
  getter: TextMapGetter<C>,
): Headers {
  const header = (name: string) => singleValue(getter.get(carrier, name));
  const b3 = names.includes('b3') ? parseB3(header('b3')) : undefined;
  const b3Multi = names.includes('b3multi') ? parseB3(joinB3Multi(header)) : undefined;
  return {
    cloud: names.includes('gcp_trace')
      ? parseCloudTraceContext(header('x-cloud-trace-context'))
      : undefined,
    w3c: names.includes('tracecontext') ? readTraceParent(carrier, getter) : undefined,
    b3: b3 ?? b3Multi,
  };
}

const W3C = new W3CTraceContextPropagator();

function readTraceParent<C>(carrier: C, getter: TextMapGetter<C>): SpanContext | undefined {
  const context = W3C.extract(ROOT_CONTEXT, carrier, {
    keys: (from) => getter.keys(from),
    get(from, name) {
      const value = getter.get(from, name);
      if (name === 'traceparent') return singleValue(value);
      // gRPC says "no such header" by an empty list, which would become an empty tracestate.
      return [value ?? []].flat().join(',') || undefined;
    },
  });
  return trace.getSpanContext(context);
}

type Parent = Readonly<{ traceId: string; spanId: string; sampled: boolean | undefined }>;
type PlatformParent = Parent & { source: ParentOrigin['source'] };

/** What the headers that the platform rewrites say. */
function platformParent({ cloud, w3c }: Headers): PlatformParent | undefined {
  if (cloud?.spanId !== undefined) return { ...cloud, spanId: cloud.spanId, source: 'gcp_trace' };
  if (w3c === undefined || (cloud !== undefined && cloud.traceId !== w3c.traceId)) return undefined;
  const sampled = cloud?.sampled ?? (w3c.traceFlags & TraceFlags.SAMPLED) === TraceFlags.SAMPLED;
  return { traceId: w3c.traceId, spanId: w3c.spanId, sampled, source: 'tracecontext' };
}

/**
 * Stands for the parent that a trace without one does not have: OpenTelemetry joins a trace only
 * below a span. The span processor takes it off again, so it is never stored.
 */
const NO_PARENT = 'ffffffffffffffff';

function decide(
  headers: Headers,
  restores: boolean,
): { spanContext: SpanContext; origin: ParentOrigin } | undefined {
  const { cloud, w3c, b3 } = headers;
  const platform = platformParent(headers);
  const decidedTrace = cloud?.traceId ?? platform?.traceId ?? b3?.traceId;
  const restored =
    b3?.spanId !== undefined && b3.traceId === decidedTrace
      ? { ...b3, spanId: b3.spanId }
      : undefined;
  const parent: Parent | undefined =
    restored ?? platform ?? (cloud && { ...cloud, spanId: NO_PARENT });
  if (parent === undefined) return undefined;
  const { traceId, spanId } = parent;
  const root = restored === undefined && platform === undefined;
  const sampled = restored?.sampled ?? platform?.sampled ?? cloud?.sampled ?? true;
  const isPastFrontEnd = restored !== undefined && platform && platform.spanId !== spanId;
  return {
    spanContext: {
      traceId,
      spanId,
      traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
      isRemote: true,
      ...(w3c?.traceState && w3c.traceId === traceId && { traceState: w3c.traceState }),
    },
    origin: {
      source: restored ? 'b3' : (platform?.source ?? 'gcp_trace'),
      frontEndSpanId: isPastFrontEnd ? platform.spanId : undefined,
      external: restores && restored === undefined && !root,
      root,
    },
  };
}

function skipEmpty<C>(setter: TextMapSetter<C>): TextMapSetter<C> {
  return {
    set(carrier, name, value) {
      if (value !== '') setter.set(carrier, name, value);
    },
  };
}
