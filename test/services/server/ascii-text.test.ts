import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lowerAscii } from '../../../services/server/ascii-text.ts';

test('each character of ASCII is lowered and counted, at each place of a step', () => {
  for (let code = 0; code < 128; code += 1) {
    const character = String.fromCharCode(code);
    for (const before of ['', 'x', 'xy', 'xyz']) {
      const text = `${before}${character}`;
      const { lowered, lineFeeds, controls, hasNul } = lowerAscii(Buffer.from(text));
      assert.equal(lowered.toString(), text.toLowerCase());
      const isControl = /[\p{Cc}]/u.test(character) && !/[\t\n\v\f\r]/.test(character);
      assert.deepEqual(
        { lineFeeds, controls, hasNul },
        { lineFeeds: code === 10 ? 1 : 0, controls: isControl ? 1 : 0, hasNul: code === 0 },
        `character ${code}`,
      );
    }
  }
});

test('a text of ASCII is lowered as a string is, where it is and nothing beside it', () => {
  const codes = fc.array(fc.integer({ min: 0, max: 127 }), { maxLength: 70 });
  fc.assert(
    fc.property(codes, fc.nat(5), (text, start) => {
      const around = Buffer.from([...Array(start).fill(65), ...text, 65, 65]);
      const { lowered, lineFeeds } = lowerAscii(around.subarray(start, start + text.length));
      assert.equal(lowered.toString(), Buffer.from(text).toString().toLowerCase());
      assert.equal(lineFeeds, text.filter((code) => code === 10).length);
      assert.equal(around.toString(), `${'A'.repeat(start)}${lowered}AA`);
    }),
  );
});
