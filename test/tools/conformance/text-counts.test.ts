import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { textCountsIn } from '../../../tools/conformance/text-counts.ts';

const span = (spanId: string, value: object, more: object = {}) => ({
  traceId: 'a'.repeat(32),
  spanId,
  name: 'run',
  startTimeUnixNano: '1',
  endTimeUnixNano: '2',
  attributes: [{ key: ATTR.expectedCount, value }],
  ...more,
});

const requestOf = (...spans: readonly unknown[]) => ({
  resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ spans }] }],
});

test('spans whose expected count is a text are named, and those with a number are not', () => {
  const request = requestOf(
    span('1'.repeat(16), { stringValue: '7' }),
    span('2'.repeat(16), { intValue: '7' }),
    span('3'.repeat(16), { stringValue: '' }),
  );
  assert.deepEqual(textCountsIn(request), ['1'.repeat(16), '3'.repeat(16)]);
});

test('spans that the store rejects are left out, and those beside them are read', () => {
  const request = requestOf(
    span('no id', { stringValue: '7' }),
    span('4'.repeat(16), {}, { attributes: {} }),
    span('5'.repeat(16), {}, { attributes: [null] }),
    span('6'.repeat(16), { stringValue: '7' }),
  );
  assert.deepEqual(textCountsIn(request), ['6'.repeat(16)]);
});
