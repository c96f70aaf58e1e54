import { type Attributes, type Context, type Link, SpanKind } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import type { SamplerName } from './config.ts';
import { ATTR } from './names.ts';
import { isHealthSpan } from './untraced.ts';

export function createSampler(name: SamplerName, ratio: number): Sampler {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}

/**
 * Wraps the configured sampler with the two rules that need to see every span before it exists,
 * sampled or not:
 * - gRPC health checks make no span. The instrumentation's ignoreGrpcMethods is shown the bare
 *   method ("Check") and would silence any service's method of that name; here the name is complete.
 * - The first request of an instance is its cold start. Were it marked on the first recorded span
 *   instead, a later, warm request would be marked wherever sampling is below 1.
 */
export function createInstanceSampler(sampler: Sampler, onUnsampled: () => void): Sampler {
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
      if (isHealthSpan(name)) return { decision: SamplingDecision.NOT_RECORD };
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
