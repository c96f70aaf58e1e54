import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf, parseView } from '../../../../../tools/traces/sources/bigquery/view-name.ts';

test("a dataset stands for Cloud Trace's view in it", () => {
  assert.equal(nameOf(parseView('my-project.trace_spans')), 'my-project.trace_spans._AllSpans');
  assert.equal(nameOf(parseView('example.com:my-project.d')), 'example.com:my-project.d._AllSpans');
});

test('a table of the same columns can be named', () => {
  assert.equal(nameOf(parseView('my-project.d.copy')), 'my-project.d.copy');
});

for (const value of ['my-project', 'p.d.t.u', 'p.d`; DROP', 'p.', '']) {
  test(`refuses ${JSON.stringify(value)}`, () => {
    assert.throws(() => parseView(value), /--bigquery is .* allowed: PROJECT\.DATASET/);
  });
}
