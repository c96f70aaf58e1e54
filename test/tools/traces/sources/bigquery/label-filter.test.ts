import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLabelFilter } from '../../../../../tools/traces/sources/bigquery/label-filter.ts';

test('a label is asked for as it is with +, and as it begins without', () => {
  assert.deepEqual(parseLabelFilter('+service.namespace:shakesapp  cloud.region:us-'), [
    { key: 'service.namespace', value: 'shakesapp', prefix: false },
    { key: 'cloud.region', value: 'us-', prefix: true },
  ]);
});

test('no filter asks for nothing', () => assert.deepEqual(parseLabelFilter(''), []));

for (const filter of ['root:/search', 'latency:500ms', '^a:b', 'word', "a:b' OR 1", 'a"b:c']) {
  test(`refuses what is no label: ${filter}`, () => {
    assert.throws(
      () => parseLabelFilter(filter),
      /^UsageError: --filter has .* allowed with --bigquery/,
    );
  });
}
