import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTraceState, ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace-base';
import { SAMPLERS } from '../../../lib/telemetry/config.ts';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { createInstanceSampler, createSampler } from '../../../lib/telemetry/sampler.ts';

const ALL = { keptShare: () => 1, onShed: () => assert.fail('nothing is to be shed') };
const TRACE = '105445aa7843bc8bf206b12000100000';
const withParent = (traceFlags: TraceFlags) =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId: TRACE,
    spanId: '00f067aa0ba902b7',
    traceFlags,
    isRemote: true,
  });

test('each sampler decides as OpenTelemetry specifies: root, sampled parent, unsampled parent', () => {
  const decide = (name: (typeof SAMPLERS)[number]) =>
    [ROOT_CONTEXT, withParent(TraceFlags.SAMPLED), withParent(TraceFlags.NONE)]
      .map(
        (context) =>
          createSampler(name, 0, ALL).shouldSample(context, TRACE, 'x', 0, {}, []).decision,
      )
      .map((decision) => (decision === SamplingDecision.RECORD_AND_SAMPLED ? '1' : '0'))
      .join('');
  assert.deepEqual(Object.fromEntries(SAMPLERS.map((name) => [name, decide(name)])), {
    always_on: '111',
    always_off: '000',
    traceidratio: '000',
    parentbased_always_on: '110',
    parentbased_always_off: '010',
    parentbased_traceidratio: '010',
  });
});

test('the cold start is the first request even where that one is not sampled', () => {
  let unsampled = 0;
  const sampler = createInstanceSampler(createSampler('parentbased_always_on', 1, ALL), () => {
    unsampled++;
  });
  const serve = (flags: TraceFlags) =>
    sampler.shouldSample(withParent(flags), TRACE, 'GET', SpanKind.SERVER, {}, []).attributes;
  assert.deepEqual(serve(TraceFlags.NONE), { 'faas.coldstart': true });
  assert.equal(serve(TraceFlags.SAMPLED)?.['faas.coldstart'], undefined);
  assert.equal(unsampled, 1);
});

/** Randomness of 0.75: kept where the probability is above a quarter. */
const LATE_TRACE = '105445aa7843bc8b00c0000000000000';
const EARLY_TRACE = '105445aa7843bc8b0010000000000000';

function underPressure(name: (typeof SAMPLERS)[number], ratio: number, share: number) {
  let shed = 0;
  const sampler = createSampler(name, ratio, { keptShare: () => share, onShed: () => shed++ });
  const decide = (traceId: string, context = ROOT_CONTEXT) => {
    const result = sampler.shouldSample(context, traceId, 'x', 0, {}, []);
    return {
      kept: result.decision === SamplingDecision.RECORD_AND_SAMPLED,
      state: result.traceState?.serialize(),
      probability: result.attributes?.[ATTR.keptProbability],
    };
  };
  return { decide, shed: () => shed };
}

test('under pressure a root is kept by the randomness of its trace, and says with what probability', () => {
  const { decide, shed } = underPressure('parentbased_always_on', 1, 1 / 4);
  assert.deepEqual(decide(LATE_TRACE), { kept: true, state: 'ot=th:c', probability: '0.25' });
  assert.equal(shed(), 0);
  const dropped = { kept: false, state: 'shakesapp=shed', probability: undefined };
  assert.deepEqual(decide(EARLY_TRACE), dropped);
  assert.equal(shed(), 1);
});

test('without pressure a root says nothing of probabilities', () => {
  const { decide } = underPressure('parentbased_always_on', 1, 1);
  assert.deepEqual(decide(EARLY_TRACE), { kept: true, state: undefined, probability: undefined });
});

test('under the highest pressure no root is kept', () => {
  const { decide, shed } = underPressure('parentbased_always_on', 1, 0);
  assert.equal(decide(`${'f'.repeat(32)}`).kept, false);
  assert.equal(shed(), 1);
});

test('a span with a parent follows the flag of its parent, whatever the pressure', () => {
  for (const name of ['parentbased_always_on', 'parentbased_traceidratio'] as const) {
    const { decide, shed } = underPressure(name, 1, 0);
    assert.equal(decide(TRACE, withParent(TraceFlags.SAMPLED)).kept, true);
    assert.equal(decide(TRACE, withParent(TraceFlags.NONE)).kept, false);
    assert.equal(shed(), 0);
  }
});

test('a configured ratio and pressure multiply, and what the ratio leaves out is not shed', () => {
  const { decide, shed } = underPressure('parentbased_traceidratio', 0.5, 1 / 2);
  assert.deepEqual(decide(LATE_TRACE), { kept: true, state: 'ot=th:c', probability: '0.25' });
  assert.deepEqual(decide(EARLY_TRACE), { kept: false, state: undefined, probability: undefined });
  assert.equal(shed(), 0);
  assert.equal(decide('105445aa7843bc8b00a0000000000000').state, 'shakesapp=shed');
  assert.equal(shed(), 1);
});

test('samplers that do not look at the parent shed nothing, for that would leave parts of traces', () => {
  for (const name of ['always_on', 'traceidratio'] as const) {
    assert.equal(underPressure(name, 1, 0).decide(EARLY_TRACE).kept, true);
  }
});

test('every span of a trace meets the same ratio, and the rest of its trace state stays', () => {
  const { decide } = underPressure('traceidratio', 0.5, 1);
  const below = trace.setSpanContext(ROOT_CONTEXT, {
    traceId: LATE_TRACE,
    spanId: '00f067aa0ba902b7',
    traceFlags: TraceFlags.NONE,
    traceState: createTraceState('vendor=1,ot=rv:ffffffffffffff'),
  });
  const kept = { kept: true, state: 'ot=th:8;rv:ffffffffffffff,vendor=1', probability: undefined };
  assert.deepEqual(decide(EARLY_TRACE, below), kept);
  assert.equal(decide(LATE_TRACE).probability, '0.5');
});
