import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTime } from '../../../tools/cli/time-window.ts';
import { MINUTE_MS } from '../traces/request-trace.ts';

test('times are spans before now or absolute', () => {
  assert.equal(parseTime('since', '30m', 3_600_000), 1_800_000);
  assert.equal(parseTime('since', '2026-03-02T10:00:00Z', 0), MINUTE_MS);
  assert.equal(parseTime('since', undefined, 0), null);
  assert.equal(parseTime('since', '999999d', 0), 0, 'no time is before the epoch');
  for (const wrong of ['', '30', 'yesterday', '5 m', '12']) {
    assert.throws(() => parseTime('since', wrong, 0), /--since is ".*"; allowed: 90s/);
  }
});
