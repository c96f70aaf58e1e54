import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { openWithStdin } from '../../../../tools/traces/sources/stdin-file.ts';
import { fixture, spansOf } from './foreign-file.ts';
import { toArray } from './to-array.ts';

const SIGNAL = AbortSignal.timeout(60_000);

test('standard input is read beside files, as often as they are, and called by its name', async () => {
  const input = createReadStream(fixture('shared-ids-zipkin-of-server.json'));
  const shop = fixture('shop-tempo-of-api-v2.json');
  const source = await openWithStdin([shop, '-'], input);
  for (const _ of ['first', 'again']) {
    assert.equal(spansOf(await toArray(source.read(SIGNAL))).length, 10);
  }
  assert.equal(source.describe().name, `${shop}, standard input`);
  assert.equal(source.truncated(), null);
});

test('what deviates in it, and where it is cut off, is told of under that name', async () => {
  const line = '{"resourceSpans":[],"more":1}';
  const source = await openWithStdin(['-'], Readable.from([`${line}\n${line.slice(0, 9)}`]));
  await toArray(source.read(SIGNAL));
  assert.equal(source.deviations()[0]?.example.file, 'standard input');
  assert.match(source.truncated() ?? '', /^standard input is cut off in line 2;/);
});

test('a terminal is refused, and standard input named twice', async () => {
  const terminal = Object.assign(Readable.from([]), { isTTY: true });
  await assert.rejects(openWithStdin(['-'], terminal), /is a terminal; pipe a file into it$/);
  await assert.rejects(openWithStdin(['-', '-'], Readable.from([])), /\(-\) twice; name it once$/);
});
