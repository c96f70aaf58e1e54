import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudPropagator } from '@google-cloud/opentelemetry-cloud-trace-propagator';
import { defaultTextMapSetter, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { createCloudTracePropagator } from '../../../lib/telemetry/cloud-trace-propagator.ts';

const hex = (digits: number) =>
  fc.string({
    unit: fc.constantFrom(...'0123456789abcdef'),
    minLength: digits,
    maxLength: digits,
  });

test('the header is the one that Google’s package writes', () => {
  const [ours, theirs] = [createCloudTracePropagator(), new CloudPropagator()];
  const header = (propagator: typeof ours, context: typeof ROOT_CONTEXT) => {
    const carrier: Record<string, string> = {};
    propagator.inject(context, carrier, defaultTextMapSetter);
    return carrier;
  };
  const flags = fc.constantFrom(TraceFlags.NONE, TraceFlags.SAMPLED);
  fc.assert(
    fc.property(hex(32), hex(16), flags, (traceId, spanId, traceFlags) => {
      const context = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags });
      assert.deepEqual(header(ours, context), header(theirs, context));
    }),
  );
  assert.deepEqual(header(ours, ROOT_CONTEXT), {});
});
