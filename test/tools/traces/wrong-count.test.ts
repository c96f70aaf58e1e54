import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR, UNEXPECTED_RESULT } from '../../../lib/telemetry/names.ts';
import { describeWrongCount, wrongCountOf } from '../../../tools/traces/wrong-count.ts';

const answered = (attributes: Readonly<Record<string, string>>) =>
  wrongCountOf({
    traceId: 'a'.repeat(32),
    spanId: '1'.repeat(16),
    name: 'loadgen',
    kind: 'internal',
    startMs: 0,
    endMs: 1,
    attributes,
  });

test('another count than the expected one is wrong, whatever the span says of errors', () => {
  const wrong = answered({
    [ATTR.query]: 'love',
    [ATTR.matchCount]: '3',
    [ATTR.expectedCount]: '4',
  });
  assert.ok(wrong);
  assert.equal(describeWrongCount(wrong), 'the count of "love" is 3, expected 4');
});

test('a span in that error is wrong, although it does not say how', () => {
  const wrong = answered({ [ATTR.errorType]: UNEXPECTED_RESULT });
  assert.deepEqual(wrong, { query: '?', count: '?', expected: '?' });
});

test('the expected count, none at all and another error are no wrong count', () => {
  assert.equal(answered({ [ATTR.matchCount]: '4', [ATTR.expectedCount]: '4' }), null);
  assert.equal(answered({ [ATTR.matchCount]: '4' }), null);
  assert.equal(answered({ [ATTR.expectedCount]: '4', [ATTR.errorType]: 'unavailable' }), null);
});
