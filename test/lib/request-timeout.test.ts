import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatTimeout, parseTimeout } from '../../lib/request-timeout.ts';

describe('formatTimeout', () => {
  test('writes whole milliseconds, never more than are left and never none', () => {
    assert.deepEqual([1_999.9, 1, 0.2, -5].map(formatTimeout), ['1999', '1', '1', '1']);
  });
});

describe('parseTimeout', () => {
  test('reads milliseconds, and nothing where there is no header', () => {
    assert.equal(parseTimeout('1500'), 1_500);
    assert.equal(parseTimeout(undefined), undefined);
  });

  for (const header of ['', '0', '-1', '1.5', '1e3', ' 1', '1s', '1000000000', '5, 5']) {
    test(`refuses ${JSON.stringify(header)}, and names the header`, () => {
      assert.throws(() => parseTimeout(header), {
        kind: 'invalidArgument',
        message: /the header shakesapp-timeout-ms is not valid; allowed: milliseconds, 1 to/,
      });
    });
  }
});
