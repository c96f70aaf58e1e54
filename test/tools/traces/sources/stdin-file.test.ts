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
  const source = await openWithStdin([shop, '-'], SIGNAL, input);
  for (const _ of ['first', 'again']) {
    assert.equal(spansOf(await toArray(source.read(SIGNAL))).length, 10);
  }
  assert.equal(source.describe().name, `${shop}, standard input`);
  assert.equal(source.truncated(), null);
});

test('what deviates in it, and where it is cut off, is told of under that name', async () => {
  const line = '{"resourceSpans":[],"more":1}';
  const source = await openWithStdin(
    ['-'],
    SIGNAL,
    Readable.from([`${line}\n${line.slice(0, 9)}`]),
  );
  await toArray(source.read(SIGNAL));
  assert.equal(source.deviations()[0]?.example.file, 'standard input');
  assert.match(source.truncated() ?? '', /^standard input is cut off in line 2;/);
});

test('a terminal is refused, and standard input named twice', async () => {
  const terminal = Object.assign(Readable.from([]), { isTTY: true });
  await assert.rejects(
    openWithStdin(['-'], SIGNAL, terminal),
    /is a terminal; pipe a file into it$/,
  );
  await assert.rejects(
    openWithStdin(['-', '-'], SIGNAL, Readable.from([])),
    /\(-\) twice; name it once$/,
  );
});

for (const [what, text, expected] of [
  ['that is no JSON', 'a,b\n', /^standard input, line 1 is not JSON: "a,b"; allowed/],
  ['that is empty', '', /^standard input is empty; /],
  ['that is binary', 'a\0b', /^standard input is not a text file; /],
] as const) {
  test(`an error about input ${what} names standard input`, async () => {
    const reading = async () => {
      const source = await openWithStdin(['-'], SIGNAL, Readable.from([Buffer.from(text)]));
      await toArray(source.read(SIGNAL));
    };
    await assert.rejects(reading, (error: Error) => {
      assert.match(error.message, expected);
      assert.doesNotMatch(error.message, /shakesapp-/);
      return true;
    });
  });
}

test('an interruption ends the copy of an input that stays open', async () => {
  const interrupted = new AbortController();
  const open = new Readable({ read() {} });
  open.push('{"resourceSpans":');
  const opening = openWithStdin(['-'], interrupted.signal, open);
  interrupted.abort(new Error('interrupted'));
  await assert.rejects(opening, /^Error: interrupted$/);
  assert.ok(open.destroyed);
});
