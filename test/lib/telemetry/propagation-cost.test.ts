import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { createPropagator } from '../../../lib/telemetry/propagator.ts';

// What reading the headers of a request costs, by what can be counted.

test('a request without the headers of a trace begins with a context that copies no Map', () => {
  const getter = { get: () => undefined, keys: () => [] };
  const { extract } = createPropagator(['gcp_trace', 'tracecontext', 'b3']);
  const values = Object.values(extract(ROOT_CONTEXT, {}, getter).setValue(Symbol('test'), 1));
  assert.ok(!values.some((value) => value instanceof Map || typeof value === 'function'));
});

test('a request with a parent in Google’s header and no tracestate has its traceparent left unread', () => {
  const ids = ['0123456789abcdef0123456789abcdef', '0123456789abcdef'];
  const headers: Record<string, string> = {
    'x-cloud-trace-context': `${ids[0]}/81985529216486895;o=1`,
    traceparent: `00-${ids.join('-')}-01`,
  };
  const { extract } = createPropagator(['gcp_trace', 'tracecontext', 'b3']);
  const read: string[] = [];
  const getter = {
    keys: Object.keys,
    get(from: typeof headers, name: string) {
      read.push(name);
      // As gRPC's metadata says that there is none.
      return [from[name] ?? []].flat();
    },
  };
  extract(ROOT_CONTEXT, headers, getter);
  assert.deepEqual(read, ['b3', 'x-cloud-trace-context', 'tracestate']);
  extract(ROOT_CONTEXT, { ...headers, tracestate: 'a=b' }, getter);
  assert.ok(read.includes('traceparent'));
});
