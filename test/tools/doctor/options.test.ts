import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from '../../../tools/doctor/options.ts';
import { flagsOf } from '../cli/flags-of.ts';

const NOW_MS = Date.parse('2026-03-02T12:00:00Z');

const parse = (...argv: readonly string[]) => parseOptions(flagsOf('doctor', ...argv), NOW_MS);

test('Cloud Trace is read for half an hour, files completely, unless a window is given', () => {
  assert.equal(parse('--local').sinceMs, NOW_MS - 1_800_000);
  assert.equal(parse('--from', 'a').sinceMs, 0);
  const { sinceMs, untilMs } = parse('--local', '--since', '2h', '--until', '1h');
  assert.deepEqual([sinceMs, untilMs], [NOW_MS - 7_200_000, NOW_MS - 3_600_000]);
});

test('the same command can be asked from another moment', () => {
  const options = parse('--local', '--since', '2h').at(NOW_MS + 60_000);
  assert.equal(options.askedAtMs, NOW_MS + 60_000);
  assert.equal(options.sinceMs, NOW_MS - 7_140_000);
  assert.equal(options.times, parse('--local', '--since', '2h').times);
  assert.notEqual(options.times, parse('--local', '--since', '1h').times);
});

test('a trace by its id is never one of an interrupted read', () => {
  assert.equal(parse('--local').restart, false);
  assert.equal(parse('--local', '--trace', 'a'.repeat(32)).restart, true);
  assert.equal(parse('--local', '--restart').restart, true);
});

const WRONG: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['no source', [], /name one place to read from/],
  [
    'an empty window',
    ['--local', '--since', '1h', '--until', '2h'],
    /--since: the window is empty/,
  ],
  ['a trace id that is none', ['--local', '--trace', 'abc'], /--trace is "abc"; allowed: 32 hex/],
  [
    'all bytes of BigQuery, whose queries have a price',
    ['--bigquery', 'p.d', '--max-bytes', 'all'],
    /^--max-bytes all is valid only with files; name a size, such as 500GB$/,
  ],
  ['too many traces', ['--local', '--max-traces', '100001'], /--max-traces is "100001"/],
];
for (const [name, argv, message] of WRONG) {
  test(`${name} is bad usage`, () => {
    assert.throws(() => parse(...argv), { name: 'UsageError', message });
  });
}
