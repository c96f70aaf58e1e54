import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AsciiText, lowerAscii } from '../../../services/server/ascii-text.ts';

/** The same, one byte after another, without changing any. */
function lowerPlainly(text: readonly number[]): Omit<AsciiText, 'lowered'> & { lowered: string } {
  const isLineBreak = (code: number) => code >= 0x09 && code <= 0x0d;
  return {
    lowered: Buffer.from(text).toString('latin1').toLowerCase(),
    lineFeeds: text.filter((code) => code === 0x0a).length,
    controls: text.filter((code) => (code < 0x20 && !isLineBreak(code)) || code === 0x7f).length,
    hasNul: text.includes(0),
  };
}

/** Checks the text, which lies at this offset between bytes that must stay as they are. */
function assertLowered(text: readonly number[], offset: number): void {
  const around = Buffer.from([...Array(offset).fill(65), ...text, ...Array(9).fill(65)]);
  const inPlace = around.subarray(offset, offset + text.length);
  const { lowered, ...counts } = lowerAscii(inPlace);
  const { lowered: expected, ...expectedCounts } = lowerPlainly(text);
  const where = `${text.length} bytes at ${offset}: ${text}`;
  assert.equal(lowered, inPlace);
  assert.equal(around.toString(), `${'A'.repeat(offset)}${expected}${'A'.repeat(9)}`, where);
  assert.deepEqual(counts, expectedCounts, where);
}

test('each character of ASCII is lowered and counted, at each place of a step and behind it', () => {
  for (let code = 0; code < 128; code += 1) {
    for (let place = 0; place < 12; place += 1) {
      const text = Array(12).fill(0x78);
      text[place] = code;
      assertLowered(text, 0);
    }
  }
});

test('a text of each length is lowered and counted at each offset', () => {
  for (let length = 0; length <= 64; length += 1) {
    for (let offset = 0; offset <= 16; offset += 1) {
      // Steps of 37 reach all 128 characters, and put different ones beside each other.
      assertLowered(
        Array.from({ length }, (_, at) => ((length + 17 * offset + at) * 37) % 128),
        offset,
      );
    }
  }
});

test('a text with nothing but line feeds, capitals or control characters is counted in full', () => {
  for (const code of [0x0a, 0x0d, 0x41, 0x5a, 0x00, 0x01, 0x1f, 0x7f]) {
    for (let length = 0; length <= 64; length += 1) assertLowered(Array(length).fill(code), 0);
  }
});

test('any text of ASCII is lowered as a string is, where it is and nothing beside it', () => {
  const codes = fc.array(fc.integer({ min: 0, max: 127 }), { maxLength: 70 });
  fc.assert(fc.property(codes, fc.nat(9), assertLowered));
});
