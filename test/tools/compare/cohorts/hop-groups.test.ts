import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupHops } from '../../../../tools/compare/cohorts/hop-groups.ts';
import {
  type RequestRecord,
  recordRequest,
} from '../../../../tools/compare/cohorts/request-record.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import { normalise } from '../../../../tools/traces/normalise.ts';
import { requestTrace, spanIdOf, withSpanChanged } from '../../traces/request-trace.ts';

function recordOf(trace: Trace): RequestRecord {
  const record = recordRequest(normalise(trace));
  assert.ok(record);
  return record;
}

/** The request with a span of another service between the call of client and server. */
function behind(service: string): Trace {
  const trace = requestTrace({ platform: 'gcp_kubernetes_engine' });
  const call = trace.spans.find(({ spanId }) => spanId === spanIdOf(5));
  assert.ok(call);
  const attributes = { 'service.name': service };
  const between = { ...call, spanId: spanIdOf(50), parentSpanId: spanIdOf(5), attributes };
  const moved = withSpanChanged(trace, 6, { parentSpanId: spanIdOf(50) });
  return { ...moved, spans: [...moved.spans, between] };
}

test('what stands between two programs on one side only does not part the hops below', () => {
  const groups = groupHops(
    { a: [recordOf(requestTrace())], b: [recordOf(behind('mesh'))] },
    'warm',
  );
  const sidesOf = (service: string) =>
    groups
      .filter(({ path }) => path.split(' > ').at(-1)?.startsWith(`${service}:`))
      .map(({ samples }) => `${samples.a.size} ${samples.b.size}`);
  assert.deepEqual(sidesOf('mesh'), ['0 1']);
  // The call, its object reads, and both spans of the works.
  assert.deepEqual(sidesOf('server'), ['1 1', '1 1', '1 1', '1 1']);
  // Below what stands between, in the order of the tree.
  const order = groups.map(({ path }) => path.split(' > ').length);
  assert.deepEqual(order, [1, 2, 3, 4, 5, 6, 7, 8, 9, 8]);
});

test('hops that a side has at several paths stay apart', () => {
  const twice = behind('mesh');
  const [last] = twice.spans.filter(({ spanId }) => spanId === spanIdOf(10));
  assert.ok(last);
  const again = { ...last, spanId: spanIdOf(51), parentSpanId: spanIdOf(50) };
  const b = recordOf({ ...twice, spans: [...twice.spans, again] });
  const groups = groupHops({ a: [recordOf(requestTrace())], b: [b] }, 'warm');
  const searches = groups
    .filter(({ path }) => path.endsWith('works.search'))
    .map(({ samples }) => `${samples.a.size} ${samples.b.size}`);
  assert.deepEqual(searches.toSorted(), ['0 1', '0 1', '1 0']);
});
