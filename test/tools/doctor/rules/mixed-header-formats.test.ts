import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../../lib/telemetry/names.ts';
import { diagnose } from '../../../../tools/doctor/diagnose.ts';
import { mixedHeaderFormats } from '../../../../tools/doctor/rules/mixed-header-formats.ts';
import { unexplainedOrphans } from '../../../../tools/doctor/rules/unexplained-orphans.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import { change, moveToNobody, remove, set } from '../changes.ts';
import { CLOUD_RUN } from '../healthy-traces.ts';
import { seenBy } from '../seen-by.ts';

test('only server spans are reached by a header', () => {
  const traces = change({ search: set({ [ATTR.parentSource]: 'tracecontext' }) });
  assert.deepEqual(seenBy(mixedHeaderFormats, traces), []);
});

test('what most spans were reached by is meant, whatever it is called', () => {
  const another = (trace: Trace): Trace => ({
    ...trace,
    traceId: 'd'.repeat(32),
    spans: trace.spans.map((span) => ({ ...span, traceId: 'd'.repeat(32) })),
  });
  const byOwnHeader = set({ [ATTR.parentSource]: 'gcp_trace' });
  const traces = change({ get: byOwnHeader, serve: byOwnHeader });
  const mixed = change({ get: byOwnHeader }).filter(({ traceId }) => traceId === CLOUD_RUN);
  const seen = seenBy(mixedHeaderFormats, [...traces, ...mixed.map(another)]);
  assert.equal(seen.length, 1);
  assert.match(seen[0] ?? '', /server:.* was reached by b3, most spans on .* by gcp_trace$/);
});

test('a server that found no parent by another header is told by the header alone', () => {
  const traces = change({
    frontOfServer: remove,
    serve: (span) => set({ [ATTR.parentSource]: 'tracecontext' })(moveToNobody(span)),
  });
  assert.deepEqual(
    diagnose(traces).findings.map(({ id }) => id),
    ['mixed-header-formats'],
  );
  assert.equal(seenBy(unexplainedOrphans, traces).length, 1);
  assert.deepEqual(seenBy(unexplainedOrphans, traces, [CLOUD_RUN]), []);
});
