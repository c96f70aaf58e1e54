import assert from 'node:assert/strict';
import { test } from 'node:test';
import { excerpt } from '../../../lib/telemetry/excerpt.ts';

test('an excerpt is at most as long as is asked, and says that it was cut', () => {
  assert.equal(excerpt('x'.repeat(10), 10), 'x'.repeat(10));
  assert.equal(excerpt('x'.repeat(11), 10), `${'x'.repeat(10)}…`);
});
