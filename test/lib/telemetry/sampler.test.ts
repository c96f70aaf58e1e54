import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace-base';
import { SAMPLERS } from '../../../lib/telemetry/config.ts';
import { createInstanceSampler, createSampler } from '../../../lib/telemetry/sampler.ts';

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
        (context) => createSampler(name, 0).shouldSample(context, TRACE, 'x', 0, {}, []).decision,
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
  const sampler = createInstanceSampler(createSampler('parentbased_always_on', 1), () => {
    unsampled++;
  });
  const serve = (flags: TraceFlags) =>
    sampler.shouldSample(withParent(flags), TRACE, 'GET', SpanKind.SERVER, {}, []).attributes;
  assert.deepEqual(serve(TraceFlags.NONE), { 'faas.coldstart': true });
  assert.equal(serve(TraceFlags.SAMPLED)?.['faas.coldstart'], undefined);
  assert.equal(unsampled, 1);
});
