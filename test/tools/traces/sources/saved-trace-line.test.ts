import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSavedLine } from '../../../../tools/traces/sources/saved-trace-line.ts';
import { requestTrace } from '../request-trace.ts';

const TRACE = requestTrace({});
const LINE = JSON.stringify(TRACE);
type Read = { spans: { attributes: object; events: { attributes: object }[] }[] };
const read = (text: string) => parseSavedLine(text) as Read;
const [first = ''] = LINE.match(/"attributes":\{[^}]*\}/) ?? [];

/** By name: what may stand in a line where labels stand, or look like them. */
const LINES: Readonly<Record<string, string>> = {
  'as it is written': LINE,
  'a number for labels': LINE.replace(first, '"attributes":0'),
  'a number after a blank': LINE.replace(first, '"attributes": 0'),
  'a number by an escaped name': LINE.replace(first, `"\\u0061ttributes":0`),
  'a number besides labels, by an escaped name': LINE.replace(
    first,
    `${first},"\\u0061ttributes":0`,
  ),
  'null for labels': LINE.replace(first, '"attributes":null'),
  'a list for labels': LINE.replace(first, '"attributes":[]'),
  'a number in labels': LINE.replace(first, '"attributes":{"a":1}'),
  'a bracket in a value': LINE.replace(first, '"attributes":{"a":"}","b":"{"}'),
  'labels within labels': LINE.replace(first, '"attributes":{"attributes":{"a":"b"}}'),
  'a name that ends like the member': LINE.replace(first, `${first},"a\\"attributes":{"a":"b"}`),
  'a value that reads like labels': LINE.replace(
    first,
    '"attributes":{"a":"\\"attributes\\":{\\"b\\":\\"c\\"}"}',
  ),
  'labels twice': LINE.replace(first, `"attributes":{"a":"b"},${first}`),
  'labels of the trace': LINE.replace('"spans"', '"attributes":{"a":"b"},"spans"'),
  'spans twice': LINE.replace('"spans"', '"spans":[{"attributes":{"a":"b"}}],"spans"'),
  'labels of nothing but the trace': '{"traceId":"a","attributes":{"a":"b"},"spans":[]}',
  'no spans': '{"traceId":"a"}',
  'null for a span': '{"traceId":"a","spans":[null]}',
  'a prototype': LINE.replace(first, '"attributes":{"__proto__":"a"}'),
  'cut off': LINE.slice(0, -40),
  'cut off in labels': LINE.slice(0, LINE.indexOf(first) + 20),
  'no trace': '{"end":"shakesapp-traces","attributes":{"a":"b"}}',
};

function plainly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

for (const [name, text] of Object.entries(LINES)) {
  test(`a saved line is read as JSON.parse reads it: ${name}`, () => {
    if (name !== 'as it is written') assert.notEqual(text, LINE);
    for (const _ of ['first', 'again']) {
      assert.deepEqual(parseSavedLine(text), plainly(text));
      assert.equal(JSON.stringify(parseSavedLine(text)), JSON.stringify(plainly(text)));
    }
  });
}

test('a number behind labels is never taken for them', () => {
  for (let number = 0; number < 100; number += 1) {
    const text = LINE.replace(first, `${first},"attributes":${number}`);
    assert.deepEqual(parseSavedLine(text), JSON.parse(text));
  }
});

test('equal labels of all lines are one object, however many different ones come between', () => {
  const labels = () => read(LINE).spans.map(({ attributes }) => attributes);
  const [one, other] = [labels(), labels()];
  assert.ok(one.length > 5);
  assert.ok(one.every((attributes, index) => attributes === other[index]));
  for (let index = 0; index < 20_000; index += 1) {
    const unique = LINE.replace(first, `"attributes":{"a":"${index}"}`);
    if (index % 1_000 === 0) assert.deepEqual(read(unique), JSON.parse(unique));
    else read(unique);
  }
  assert.deepEqual(labels(), one);
  assert.notEqual(labels()[0], one[0], 'it forgets what came long ago');
  // Where labels were new so often it looks again after a while.
  for (let line = 0; line < 300; line += 1) labels();
  const [again, last] = [labels(), labels()];
  assert.ok(again.every((attributes, index) => attributes === last[index]));
});

test('labels that differ from line to line are read too, long after the first ones, and when they repeat', () => {
  for (let line = 0; line < 2_000; line += 1) {
    const own = `"attributes":{"line":"${line < 1_000 ? line : 'same'}"}`;
    const text = LINE.replace(first, own);
    assert.deepEqual(parseSavedLine(text), plainly(text));
  }
});
