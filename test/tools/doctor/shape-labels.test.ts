import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { BY_NAME, RESOURCE } from '../../../tools/doctor/rules/missing-attributes.ts';
import { LABELS_READ, readAlike } from '../../../tools/doctor/shape-labels.ts';
import type { Attributes } from '../../../tools/traces/per-attributes.ts';
import { PATH_KEYS } from '../../../tools/traces/span.ts';

/** Whether these labels are read like those of a shape. */
const areAlike = (labels: Attributes, others: Attributes): boolean =>
  readAlike(labels, { labels: others, size: Object.keys(others).length });

const keysOf = (use: string): readonly string[] =>
  [...LABELS_READ].filter(([, as]) => as === use).map(([key]) => key);

test('equal labels are read alike, in any order', () => {
  assert.ok(areAlike({}, {}));
  assert.ok(areAlike({ 'service.name': 'client', a: '1' }, { a: '1', 'service.name': 'client' }));
});

test('a label that no rule reads may have any value, but has to be there', () => {
  assert.ok(areAlike({ 'thread.id': '1' }, { 'thread.id': '2' }));
  assert.ok(areAlike({ 'thread.id': '' }, { 'thread.id': '2' }));
  assert.ok(!areAlike({ 'thread.id': '1' }, {}));
  assert.ok(!areAlike({}, { 'thread.id': '1' }));
  assert.ok(!areAlike({ 'thread.id': '1' }, { 'thread.name': '1' }));
});

test('a label is not taken for a member that every object has', () => {
  assert.ok(!areAlike({ constructor: '1' } as unknown as Attributes, { other: '1' }));
});

for (const key of keysOf('value')) {
  test(`every value of ${key} tells labels apart`, () => {
    assert.ok(areAlike({ [key]: 'a' }, { [key]: 'a' }));
    assert.ok(!areAlike({ [key]: 'a' }, { [key]: 'b' }));
    assert.ok(!areAlike({ [key]: 'a' }, { [key]: '' }));
  });
}

for (const key of keysOf('stated')) {
  test(`of ${key} only whether it says anything tells labels apart`, () => {
    assert.ok(areAlike({ [key]: 'a' }, { [key]: 'b' }));
    assert.ok(areAlike({ [key]: '' }, { [key]: '' }));
    assert.ok(!areAlike({ [key]: '' }, { [key]: 'b' }));
    assert.ok(!areAlike({ [key]: 'a' }, { [key]: '' }));
  });
}

for (const key of keysOf('path')) {
  test(`of ${key} only a path that should make no span tells labels apart`, () => {
    assert.ok(areAlike({ [key]: '/one' }, { [key]: '/other' }));
    assert.ok(!areAlike({ [key]: '/health' }, { [key]: '/other' }));
    assert.ok(!areAlike({ [key]: '/computeMetadata/v1/instance' }, { [key]: '/other' }));
    assert.ok(!areAlike({ [key]: '' }, { [key]: '/other' }));
  });
}

test('every label that a rule asks for is compared, and every one that holds a path', () => {
  const asked = [...RESOURCE, ...Object.values(BY_NAME)].flat();
  assert.deepEqual(
    asked.filter((key) => !LABELS_READ.has(key)),
    [],
  );
  assert.deepEqual(keysOf('path'), PATH_KEYS);
});

test('a label is compared by its value where one rule needs that, though another does not', () => {
  const labels = ['service.name', 'service.namespace', 'cloud.platform', ATTR.source, ATTR.objects];
  for (const key of labels) assert.equal(LABELS_READ.get(key), 'value', key);
});

test('a later label is compared although the one before it need not be', () => {
  const others = { 'thread.id': '1', 'url.path': '/a', 'service.version': '1', component: 'a' };
  const labels = { 'thread.id': '2', 'url.path': '/b', 'service.version': '2', component: 'a' };
  assert.ok(areAlike(labels, others));
  assert.ok(!areAlike({ ...labels, component: 'b' }, others));
});

test('labels that both have a path of a health check are told apart by nothing that may differ', () => {
  const labels = { 'url.path': '/health', 'service.version': '1' };
  assert.ok(areAlike({ ...labels, 'service.version': '2' }, labels));
});

test('counts may differ from those of the shape, but not from what was expected of them', () => {
  const counted = (count: string, expected: string): Attributes => ({
    [ATTR.matchCount]: count,
    [ATTR.expectedCount]: expected,
  });
  const shape = counted('7', '7');
  assert.ok(areAlike(counted('8', '8'), shape));
  assert.ok(!areAlike(counted('8', '7'), shape));
  for (const key of [ATTR.matchCount, ATTR.expectedCount]) {
    assert.ok(areAlike({ [key]: '8' }, { [key]: '7' }));
  }
});
