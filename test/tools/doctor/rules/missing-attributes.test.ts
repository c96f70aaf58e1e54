import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../../lib/telemetry/names.ts';
import { missingAttributes } from '../../../../tools/doctor/rules/missing-attributes.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import { change, set, unset } from '../changes.ts';
import { seenBy } from '../seen-by.ts';

const TRACES: readonly (readonly [string, readonly Trace[], RegExp | null])[] = [
  [
    'a span in error may lack what it did not get to know',
    change({ root: (span) => set({ [ATTR.errorType]: 'connect' })(unset(ATTR.query)(span)) }),
    null,
  ],
  [
    'an empty value is a missing one',
    change({ root: set({ [ATTR.query]: '' }) }),
    /loadgen:loadgen .* lacks shakesapp\.query$/,
  ],
  [
    'a span with one of our names is ours without any attribute',
    change({ search: (span) => ({ ...span, attributes: {} }) }),
    /^works\.search \(.*lacks service\.name/,
  ],
  [
    'a server span without a service is ours by what only a program writes',
    change({ serve: unset('service.name') }),
    /lacks service\.name$/,
  ],
];
for (const [title, traces, expected] of TRACES) {
  test(title, () => {
    const seen = seenBy(missingAttributes, traces);
    assert.equal(seen.length, expected === null ? 0 : 1, seen.join('\n'));
    if (expected !== null) assert.match(seen[0] ?? '', expected);
  });
}
