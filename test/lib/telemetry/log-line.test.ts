import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLogger } from '../../../lib/telemetry/log.ts';
import { MAX_LINE } from '../../../lib/telemetry/log-line.ts';

/** What the logger writes of this. */
function write(details: object, message: string): string {
  const written: string[] = [];
  const destination = { write: (line: string) => void written.push(line) };
  createLogger({ service: 'test', project: 'p', destination }).info(details, message);
  assert.equal(written.length, 1);
  return written[0] ?? '';
}

/** An error of an error of an error …, each with a long message. */
function chain(length: number): Error {
  let error = new Error('e'.repeat(10_000));
  for (let at = 1; at < length; at++) error = new Error('e'.repeat(10_000), { cause: error });
  return error;
}

describe('a log line', () => {
  for (const [name, text] of [
    ['line breaks', 'a\nb\r\u0085c\u2028d\u2029e'],
    ['control characters', '\u0000\u001b[31m\u007f\u009b2J\u0090'],
    ['escapes that look like half a surrogate pair', '\\ud800 \\\\udfff'],
    ['characters beyond the first 65,536', '😀 \u{10ffff}'],
  ] as const) {
    test(`keeps ${name}, in one line without control characters`, () => {
      const line = write({ text, error: new Error(text) }, text);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
      assert.match(line, /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*\n$/);
      const parsed = JSON.parse(line);
      assert.deepEqual([parsed.text, parsed.message, parsed.error.message], [text, text, text]);
    });
  }

  test('replaces half of a surrogate pair, which is no text', () => {
    const line = write({ text: 'a\ud83d' }, '\udc00b');
    assert.doesNotMatch(line, /\\ud/);
    const { text, message } = JSON.parse(line);
    assert.deepEqual([text, message], ['a\ufffd', '\ufffdb']);
  });

  for (const [name, details] of [
    ['a long text', { text: 'x'.repeat(1_000_000) }],
    ['a long text of line separators', { text: '\u2028'.repeat(1_000_000) }],
    ['many texts', { texts: Array.from({ length: 10_000 }, () => 'x'.repeat(100)) }],
    ['long keys', { ['k'.repeat(100_000)]: 1 }],
    ['a chain of errors', { error: chain(50) }],
    [
      'a deep object',
      { deep: JSON.parse(`${'{"a":'.repeat(2_000)}"${'x'.repeat(20_000)}"${'}'.repeat(2_000)}`) },
    ],
    [
      'many objects in many objects',
      { wide: Array.from({ length: 60 }, () => Array(60).fill({ a: 'x'.repeat(100) })) },
    ],
  ] as const) {
    test(`is at most ${MAX_LINE} characters, and says that it was cut: ${name}`, () => {
      const line = write(details, 'message');
      assert.ok(line.length <= MAX_LINE, String(line.length));
      const { severity, message, time, cut } = JSON.parse(line);
      assert.deepEqual([severity, message, cut], ['INFO', 'message', true]);
      assert.match(time, /^\d{4}-/);
    });
  }

  test('has 50 members at most of each object and list where it is cut, the first ones', () => {
    const list = Array.from({ length: 60 }, (_, at) => at);
    const object = Object.fromEntries(list.map((at) => [`k${at}`, at]));
    const details = { text: 'x'.repeat(MAX_LINE), list, object, ...object };
    const line = JSON.parse(write(details, 'message'));
    assert.deepEqual(line.list, list.slice(0, 50));
    assert.deepEqual(Object.keys(line.object), Object.keys(object).slice(0, 50));
    // Those of the line itself too, beside the mark, and its message, the last one, stays.
    assert.equal(Object.keys(line).length, 51);
    assert.deepEqual([line.message, line.severity, line.cut], ['message', 'INFO', true]);
  });

  test('has the start of a long key where it is cut', () => {
    const key = `key ${'k'.repeat(MAX_LINE)}`;
    const line = JSON.parse(write({ [key]: 1, nested: { [key]: 2 } }, 'message'));
    assert.equal(line[key.slice(0, 4_096)], 1);
    assert.deepEqual(line.nested, { [key.slice(0, 4_096)]: 2 });
  });

  test('is not cut where it is short enough', () => {
    const text = 'x'.repeat(10_000);
    const { cut, ...line } = JSON.parse(write({ text }, 'message'));
    assert.deepEqual([line.text, cut], [text, undefined]);
  });
});
