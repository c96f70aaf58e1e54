import {
  type Attributes,
  type Context,
  createTraceState,
  type Link,
  type SpanContext,
  SpanKind,
  type TraceState,
  trace,
} from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SamplingResult,
} from '@opentelemetry/sdk-trace-base';
import type { SamplerName } from './config.ts';
import { isKept, randomnessOf, withProbability } from './consistent-probability.ts';
import { ATTR, TRACE_STATE } from './names.ts';
import { isHealthSpan } from './untraced.ts';

export type Shed = Readonly<{
  /** Share of new traces to keep now. */
  keptShare: () => number;
  /** A trace that the configuration would have kept was not. */
  onShed: () => void;
}>;

/**
 * The sampler of that name. Those that follow the parent shed new traces under pressure: where a
 * root is not recorded, no span below it is. The others decide for each span alone, so that parts
 * of a shed trace would be recorded; they shed nothing.
 */
export function createSampler(name: SamplerName, ratio: number, shed: Shed): Sampler {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return createProbabilitySampler(ratio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: createProbabilitySampler(1, shed) });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: createProbabilitySampler(ratio, shed) });
  }
}

/**
 * Keeps the configured share of traces, and under pressure a share of that. The SDK's own ratio
 * sampler has another hash than OpenTelemetry's newer rules, and states no threshold.
 */
function createProbabilitySampler(ratio: number, shed?: Shed): Sampler {
  return {
    shouldSample(context, traceId): SamplingResult {
      const parent = trace.getSpanContext(context);
      const traceState = parent?.traceState;
      const randomness = randomnessOf(traceId, traceState);
      const kept = ratio * (shed?.keptShare() ?? 1);
      if (isKept(randomness, kept)) return keep(kept, parent);
      if (!isKept(randomness, ratio)) return drop(withProbability(traceState, undefined));
      shed?.onShed();
      const without = withProbability(traceState, undefined) ?? createTraceState();
      return drop(without.set(TRACE_STATE.key, TRACE_STATE.shed));
    },
    toString: () => `Probability{${ratio}}`,
  };
}

function keep(probability: number, parent: SpanContext | undefined): SamplingResult {
  const decision = SamplingDecision.RECORD_AND_SAMPLED;
  if (probability === 1) return { decision };
  const traceState = withProbability(parent?.traceState, probability);
  // Text, because the Cloud Trace exporter rounds numbers. On the root alone: it stands for all.
  const attributes = { [ATTR.keptProbability]: String(Number(probability.toPrecision(12))) };
  return {
    decision,
    ...(traceState && { traceState }),
    ...(parent === undefined && { attributes }),
  };
}

function drop(traceState: TraceState | undefined): SamplingResult {
  return { decision: SamplingDecision.NOT_RECORD, ...(traceState && { traceState }) };
}

/**
 * Wraps the configured sampler with the two rules that need to see every span before it exists,
 * sampled or not:
 * - gRPC health checks make no span. The instrumentation's ignoreGrpcMethods is shown the bare
 *   method ("Check") and would silence any service's method of that name; here the name is complete.
 * - The first request of an instance is its cold start. Were it marked on the first recorded span
 *   instead, a later, warm request would be marked wherever sampling is below 1.
 */
export function createInstanceSampler(
  sampler: Sampler,
  onUnsampled: () => void,
  healthCheckSpans = false,
): Sampler {
  let cold = true;
  return {
    shouldSample(
      context: Context,
      traceId: string,
      name: string,
      kind: SpanKind,
      attributes: Attributes,
      links: Link[],
    ) {
      if (!healthCheckSpans && isHealthSpan(name)) return { decision: SamplingDecision.NOT_RECORD };
      const isColdStart = cold && kind === SpanKind.SERVER;
      if (isColdStart) cold = false;
      const result = sampler.shouldSample(context, traceId, name, kind, attributes, links);
      if (result.decision === SamplingDecision.NOT_RECORD) onUnsampled();
      if (!isColdStart) return result;
      return { ...result, attributes: { ...result.attributes, [ATTR.coldStart]: true } };
    },
    toString: () => sampler.toString(),
  };
}
