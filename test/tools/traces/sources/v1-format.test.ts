import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fixture, type Loose, readDocument, readFixture, spansOf } from './foreign-file.ts';

/** Written by hand after Google's reference; the README beside it says so. */
const FILE = 'shop-cloud-trace-v1.json';
const document = async (): Promise<Loose> => JSON.parse(await readFile(fixture(FILE), 'utf8'));

test('an answer of ListTraces is the spans of an SDK, but for what the API does not return', async () => {
  const v1 = await readFixture(FILE);
  const otlp = await readFixture('shop-otlp-of-javascript-sdk.json');
  assert.equal(v1.format, 'Cloud Trace v1 JSON');
  assert.deepEqual([v1.deviations, v1.truncated], [[], null]);
  assert.deepEqual(
    v1.traces.map(({ projectId }) => projectId),
    ['my-project', 'my-project'],
  );
  const expected = spansOf(otlp.traces).map(({ links, events, status, ...span }) => ({
    ...span,
    attributes: { 'gcp.project_id': 'my-project', ...span.attributes },
  }));
  assert.deepEqual(spansOf(v1.traces), expected);
});

test('one trace as GetTrace answers, and a list of traces, are recognised', async () => {
  const { traces } = await document();
  assert.equal(readDocument(traces[0]).spans.length, 5);
  assert.equal(readDocument(traces).spans.length, 6);
});

test('a page that others follow is told of, and a trace without its spans', async () => {
  const { traces } = await document();
  assert.deepEqual(readDocument({ traces, nextPageToken: 'x' }).told, [
    'partial-answer: nextPageToken is given',
  ]);
  const [{ spans: _, ...minimal }] = traces;
  const of = 'spans of trace 4bf92f3577b34da6a3ce929d0e0e4731 are missing';
  assert.deepEqual(readDocument({ traces: [minimal] }).told, [`no-spans: ${of}`]);
});

test('a span that is stored twice comes twice: whoever gathers the spans tells of it once', async () => {
  const { traces } = await document();
  const [one] = traces;
  const { told, spans } = readDocument({ ...one, spans: [...one.spans, one.spans[0]] });
  assert.deepEqual(told, []);
  assert.equal(spans.length, 6);
});

test('what cannot be read is refused with its place and value', async () => {
  const changed = await document();
  changed.traces[0].spans[1].spanId = 'ff';
  assert.throws(
    () => readDocument(changed),
    /traces\[0\]\.trace 4bf92\w+\.spans\[1\]\.spanId is "ff"; allowed: a decimal number/,
  );
});
