import { createTraceState, type TraceState } from '@opentelemetry/api';

/**
 * OpenTelemetry's consistent probability sampling: a trace brings 56 random bits, and is kept where
 * they are at least a threshold. So two samplers that see one trace agree, and a reader can tell from
 * the threshold how many traces a kept one stands for.
 * https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 *
 *     0                    threshold T           2^56
 *     |------ dropped -----|------ kept ----------|      probability = (2^56 - T) / 2^56
 *
 * `@opentelemetry/sampler-composite` has the same rules, but each release needs one exact release of
 * core and sdk-trace, and none was made for 2.12.0: it would bring a second copy of both.
 */

const HEX_DIGITS = 14;
const MAX_LENGTH = 256;

/** OpenTelemetry's member of tracestate: `th:THRESHOLD;rv:RANDOMNESS`, both optional. */
const MEMBER = 'ot';

/** 56 bits as 14 hex digits, so that they compare as strings. */
export function randomnessOf(traceId: string, traceState: TraceState | undefined): string {
  const own = traceState && partsOf(traceState).find((part) => /^rv:[0-9a-f]{14}$/.test(part));
  return own?.slice('rv:'.length) ?? traceId.slice(-HEX_DIGITS).toLowerCase();
}

/** `probability` from 0 to 1. */
export function isKept(randomness: string, probability: number): boolean {
  // Nearly always: no threshold is worked out for it.
  if (probability === 1) return true;
  return probability > 0 && randomness >= thresholdOf(probability);
}

/** The trace state with the threshold of this probability, or without one; the rest stays. */
export function withProbability(
  traceState: TraceState | undefined,
  probability: number | undefined,
): TraceState | undefined {
  const others = partsOf(traceState).filter((part) => !part.startsWith('th:'));
  const own = probability === undefined ? [] : [`th:${shortened(thresholdOf(probability))}`];
  const member = [...own, ...others].join(';');
  if (member === '') return traceState?.unset(MEMBER);
  // Longer than is allowed: the threshold is of more use than what a stranger wrote.
  const value = member.length > MAX_LENGTH ? own.join(';') : member;
  return (traceState ?? createTraceState()).set(MEMBER, value);
}

function thresholdOf(probability: number): string {
  const threshold = BigInt(Math.round((1 - probability) * 2 ** 56));
  return threshold.toString(16).padStart(HEX_DIGITS, '0');
}

const shortened = (threshold: string): string => threshold.replace(/0+$/, '') || '0';

function partsOf(traceState: TraceState | undefined): readonly string[] {
  const member = traceState?.get(MEMBER) ?? '';
  return member.length > MAX_LENGTH ? [] : member.split(';').filter((part) => part !== '');
}
