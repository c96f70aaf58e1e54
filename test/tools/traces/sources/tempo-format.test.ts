import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fixture, type Loose, readDocument, readFixture, spansOf } from './foreign-file.ts';

/** By the marshaller that Tempo's API uses; the README beside them says what is not Tempo's own. */
const FILES = ['shop-tempo-of-api-v1.json', 'shop-tempo-of-api-v2.json'];
const document = async (name: string): Promise<Loose> =>
  JSON.parse(await readFile(fixture(name), 'utf8'));

for (const file of FILES) {
  test(`${file} is read as the spans of OTLP that it holds, base64 ids too`, async () => {
    const tempo = await readFixture(file);
    const otlp = await readFixture('shop-otlp-of-javascript-sdk.json');
    assert.equal(tempo.format, 'Tempo JSON');
    assert.deepEqual([tempo.deviations, tempo.truncated], [[], null]);
    assert.deepEqual(spansOf(tempo.traces), spansOf(otlp.traces));
  });
}

test('an answer that Tempo cut short is told of', async () => {
  const changed = { ...(await document(FILES[1] ?? '')), status: 'PARTIAL', message: 'too large' };
  assert.deepEqual(readDocument(changed).told, ['partial-answer: status PARTIAL "too large"']);
});

test('the names that spans had before OTLP 1.0 are read', async () => {
  const changed = await document(FILES[0] ?? '');
  for (const batch of changed.batches) {
    batch.instrumentationLibrarySpans = batch.scopeSpans;
    delete batch.scopeSpans;
  }
  assert.equal(readDocument(changed).spans.length, 6);
});

test('what cannot be read is refused with its place in the file', async () => {
  const [one = '', two = ''] = FILES;
  const [first, second] = [await document(one), await document(two)];
  first.batches[0].scopeSpans[0].spans[0].spanId = 'AAE=';
  second.trace.resourceSpans[0].scopeSpans[0].spans[0].spanId = 'AAE=';
  const words = 'scopeSpans\\[0\\]\\.spans\\[0\\]\\.spanId is "AAE="; allowed: 16 hex';
  assert.throws(() => readDocument(first), RegExp(`^UnreadableError: batches\\[0\\]\\.${words}`));
  assert.throws(() => readDocument(second), RegExp(`trace\\.resourceSpans\\[0\\]\\.${words}`));
});
