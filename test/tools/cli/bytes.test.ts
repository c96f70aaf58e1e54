import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes, parseBytes } from '../../../tools/cli/bytes.ts';

for (const [value, bytes] of [
  ['10GB', 10e9],
  ['1.5 tb', 1.5e12],
  ['500MB', 5e8],
  ['123', 123],
  ['0', 0],
] as const) {
  test(`${value} is ${bytes} bytes`, () => assert.equal(parseBytes('--f', value), bytes));
}

for (const value of ['', '-1', '1.5', 'GB', '10 PB', '1e3']) {
  test(`refuses ${JSON.stringify(value)} as a size`, () => {
    assert.throws(() => parseBytes('--f', value), /^UsageError: --f is .*; allowed: 500MB, 10GB/);
  });
}

test('bytes are shown in the largest unit that they fill', () => {
  const shown = [0, 999, 1_000, 1_234_567, 123_456_789, 10e9, 2.5e12].map(formatBytes);
  assert.deepEqual(shown, [
    ...['0 bytes', '999 bytes', '1 KB', '1.2 MB', '123 MB', '10 GB', '2.5 TB'],
  ]);
});
