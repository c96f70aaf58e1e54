import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { readLines } from '../../../../tools/local/platforms/read-lines.ts';

async function linesOf(chunks: readonly Buffer[], most?: number): Promise<string[]> {
  const lines: string[] = [];
  const stream = Readable.from(chunks);
  readLines(stream, (line) => lines.push(line), most);
  await once(stream, 'end');
  return lines;
}

const bytesOf = (...chunks: readonly string[]) => chunks.map((chunk) => Buffer.from(chunk));

describe('readLines', () => {
  it('gives each line without its end, wherever chunks begin', async () => {
    const text = Buffer.from('café\n\nab\r\nabcd\rab\n\r\nend');
    const lines = ['café', '', 'ab', 'abcd', 'ab', '', 'end'];
    for (let at = 0; at <= text.length; at += 1) {
      assert.deepEqual(await linesOf([text.subarray(0, at), text.subarray(at)]), lines, `${at}`);
    }
    assert.deepEqual(await linesOf(Array.from(text, (byte) => Buffer.of(byte))), lines);
  });

  it('gives no line after the last end', async () => {
    assert.deepEqual(await linesOf(bytesOf('a\n')), ['a']);
    assert.deepEqual(await linesOf(bytesOf('a\r', '\n')), ['a']);
    assert.deepEqual(await linesOf([]), []);
  });

  it('keeps the beginning of each longer line, over as many chunks as it has', async () => {
    const chunks = bytesOf('abcdef', 'ghi', 'j\nabcd', 'e\rabcdef\nabc\n');
    assert.deepEqual(await linesOf(chunks, 4), ['abcd', 'abcd', 'abcd', 'abc']);
  });

  it('gives the beginning of a line that is never ended', async () => {
    assert.deepEqual(await linesOf(bytesOf('ab', 'cd', 'ef'), 3), ['abc']);
  });
});
