import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import {
  columnsOf,
  fitColumns,
  formatMs,
  formatPercent,
  formatSignedMs,
  padColumnsStart,
  wrapText,
} from '../../../tools/cli/format.ts';

const PERCENT: readonly (readonly [number | null, string])[] = [
  [null, '–'],
  [0, '0 %'],
  [0.0001, '<0.1 %'],
  [0.001, '0.1 %'],
  [0.125, '12.5 %'],
  [0.5, '50 %'],
  [0.999, '99.9 %'],
  [0.9996, '>99.9 %'],
  [0.99996, '>99.9 %'],
  [1, '100 %'],
];
for (const [fraction, text] of PERCENT) {
  test(`the share ${fraction} reads ${text}`, () => {
    assert.equal(formatPercent(fraction), text);
  });
}

test('a difference that rounds to nothing has no sign', () => {
  assert.equal(formatSignedMs(-0.0004), '0 ms');
  assert.equal(formatSignedMs(0.0004), '0 ms');
  assert.equal(formatSignedMs(-0.0006), '-1 µs');
  assert.equal(formatSignedMs(0.0006), '+1 µs');
  assert.equal(formatMs(0), '0 ms');
  assert.equal(formatMs(1), '1.00 ms');
});

// 検索 takes four columns, the family two, an accent that is put on the letter before it none.
const WIDE: readonly (readonly [string, number])[] = [
  ['検索', 4],
  ['\u{1f468}\u200d\u{1f469}\u200d\u{1f467}', 2],
  ['e\u0301', 1],
  ['works.search', 12],
];
for (const [text, columns] of WIDE) {
  test(`${text} takes ${columns} columns, and is filled up by what it takes`, () => {
    assert.equal(columnsOf(text), columns);
    assert.equal(fitColumns(text, 14), text + ' '.repeat(14 - columns));
    assert.equal(padColumnsStart(text, 14), ' '.repeat(14 - columns) + text);
  });
}

test('a name is cut in the middle, to the column, and never within a character', () => {
  assert.equal(fitColumns('abcdefghij', 7), 'abc…hij');
  assert.equal(fitColumns('abcdefghij', 6), 'abc…ij');
  assert.equal(fitColumns('検索検索検索', 7), '検…索  ');
  assert.equal(fitColumns('e\u0301'.repeat(9), 5), `${'e\u0301'.repeat(2)}…${'e\u0301'.repeat(2)}`);
  for (const width of [3, 8, 21, 34]) {
    for (const text of ['検'.repeat(40), '\u{1f600}'.repeat(40), 'a検'.repeat(30)]) {
      assert.equal(columnsOf(fitColumns(text, width)), width, `${text} in ${width}`);
    }
  }
});

test('lines of wide characters break within 100 columns', () => {
  const lines = wrapText(Array.from({ length: 30 }, () => '検索検索').join(' '), '  ');
  assert.ok(lines.length > 2);
  assert.deepEqual(
    lines.filter((line) => columnsOf(line) > 100),
    [],
  );
});

test('every character takes the columns that string-width says, alone and beside others', () => {
  for (let code = 0x20; code < 0xd800; code += 1) {
    for (const text of [String.fromCharCode(code), `a${String.fromCharCode(code)}e`]) {
      if (columnsOf(text) !== stringWidth(text)) assert.fail(`U+${code.toString(16)}`);
    }
  }
});
