import {
  type Context,
  createContextKey,
  type SpanContext,
  type TextMapGetter,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { PropagatorName } from './config.ts';
import { ROOT } from './linked-context.ts';
import type { MissingFlag } from './protections.ts';
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

export const PARENT_ORIGIN = createContextKey('shakesapp parent origin');

export function parentOrigin(context: Context): ParentOrigin | undefined {
  return context.getValue(PARENT_ORIGIN) as ParentOrigin | undefined;
}

type Headers = Readonly<{
  cloud: TraceHeader | undefined;
  w3c: SpanContext | undefined;
  b3: TraceHeader | undefined;
}>;

/** Reads the headers that the named propagators own. */
export function readHeaders<C>(
  names: readonly PropagatorName[],
  carrier: C,
  getter: TextMapGetter<C>,
): Headers {
  const header = (name: string) => singleValue(getter.get(carrier, name));
  const b3 = names.includes('b3') ? parseB3(header('b3')) : undefined;
  const b3Multi = names.includes('b3multi') ? parseB3(joinB3Multi(header)) : undefined;
  const cloud = names.includes('gcp_trace')
    ? parseCloudTraceContext(header('x-cloud-trace-context'))
    : undefined;
  // Beside a parent of Google's header, traceparent says only whose tracestate it is.
  const isRead =
    names.includes('tracecontext') &&
    (cloud?.spanId === undefined || hasValue(getter.get(carrier, 'tracestate')));
  return {
    cloud,
    w3c: isRead ? readTraceParent(carrier, getter) : undefined,
    b3: b3 ?? b3Multi,
  };
}

function hasValue(header: string | string[] | undefined): boolean {
  return header !== undefined && header.length > 0;
}

const W3C = new W3CTraceContextPropagator();

function readTraceParent<C>(carrier: C, getter: TextMapGetter<C>): SpanContext | undefined {
  const context = W3C.extract(ROOT, carrier, {
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

/**
 * The parent that the headers name together, by the rules of the propagator; undefined where they
 * name no trace.
 */
export function decideParent(
  headers: Headers,
  { restores, missingFlag }: { restores: boolean; missingFlag: MissingFlag },
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
  const sampled =
    missingFlag === 'drop'
      ? // As Google's own propagator reads the header, whatever b3 says beside it.
        ((cloud ?? platform ?? restored)?.sampled ?? false)
      : (restored?.sampled ?? platform?.sampled ?? cloud?.sampled ?? true);
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
