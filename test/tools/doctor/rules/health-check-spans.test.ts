import assert from 'node:assert/strict';
import { test } from 'node:test';
import { healthCheckSpans } from '../../../../tools/doctor/rules/health-check-spans.ts';
import { change, foreign, WITHOUT_WORKS } from '../changes.ts';
import { seenBy } from '../seen-by.ts';

test('a health check that a program in another language traces is its own matter', () => {
  const traces = change({ ...WITHOUT_WORKS, serve: foreign('GET /health') });
  assert.deepEqual(seenBy(healthCheckSpans, traces), []);
});
