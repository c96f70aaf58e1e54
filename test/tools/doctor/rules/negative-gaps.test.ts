import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../../lib/telemetry/names.ts';
import { negativeGaps } from '../../../../tools/doctor/rules/negative-gaps.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import { change, moveTo, remove, set, shift, WITHOUT_WORKS } from '../changes.ts';
import { seenBy } from '../seen-by.ts';

const UNSUSPICIOUS: readonly (readonly [string, readonly Trace[]])[] = [
  [
    'a span that serves nobody has no client to lie in',
    change({ serve: (span) => ({ ...shift(-9)(span), kind: 'internal' }) }),
  ],
  ["the clock of a front end's own span is not ours", change({ frontOfServer: shift(-90) })],
  [
    'a server without a client span has no client span to lie in',
    change({
      rpc: remove,
      frontOfServer: remove,
      serve: (span) => shift(-12)(moveTo('client')(span)),
    }),
  ],
  [
    'a start 1.5 ms early is the resolution of two clocks',
    change({ serve: shift(-7.5), read: shift(-7.5), object: shift(-7.5), search: shift(-7.5) }),
  ],
  [
    'a server may outlive a client that gave up',
    change({
      rpc: set({ [ATTR.errorType]: 'DEADLINE_EXCEEDED' }),
      serve: (span) => ({ ...span, endMs: span.endMs + 60 }),
      search: (span) => ({ ...span, endMs: span.endMs + 60 }),
    }),
  ],
];
for (const [title, traces] of UNSUSPICIOUS) {
  test(title, () => assert.deepEqual(seenBy(negativeGaps, traces), []));
}

test('an end 56 ms late is a finding where no span of its work tells that it only waited', () => {
  const traces = change({
    serve: (span) => ({ ...span, endMs: span.endMs + 60 }),
    ...WITHOUT_WORKS,
  });
  const [seen] = seenBy(negativeGaps, traces);
  assert.match(seen ?? '', /^server:grpc\..* ends 56\.0 ms after client:grpc\./);
});
