import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_LABELS, shareLabels } from '../../../../tools/traces/sources/shared-labels.ts';

const share = (base: typeof NO_LABELS, pairs: Readonly<Record<string, string>>) =>
  shareLabels(base, {
    keys: Object.keys(pairs),
    values: Object.values(pairs),
    length: Object.keys(pairs).length,
  });

test('equal pairs that extend the same labels are one object', () => {
  const base = { 'service.name': 'client' };
  const labels = share(base, { a: '1', b: '2' });
  assert.deepEqual(labels, { 'service.name': 'client', a: '1', b: '2' });
  assert.equal(share(base, { a: '1', b: '2' }), labels);
  assert.notEqual(share(base, { a: '1', b: '3' }), labels);
  assert.notEqual(share({ ...base }, { a: '1', b: '2' }), labels);
  assert.equal(share(base, {}), base);
});

test('a key that comes twice has no labels, nor has a prototype', () => {
  const twice = { keys: ['a', 'a'], values: ['1', '2'], length: 2 };
  const prototype = { keys: ['__proto__'], values: ['1'], length: 1 };
  for (let time = 0; time < 500; time += 1) {
    share(NO_LABELS, { a: String(time) });
    share(NO_LABELS, { a: '1', b: String(time) });
    assert.equal(shareLabels(NO_LABELS, twice), null);
    assert.equal(shareLabels(NO_LABELS, prototype), null);
  }
});

test('labels that never come again take no room, and are one object again once they repeat', () => {
  const base = { 'service.name': 'loadgen' };
  const other = share(base, { query: 'one', sequence: '1' });
  for (let sequence = 0; sequence < 2_000; sequence += 1) {
    const pairs = { sequence: String(sequence) };
    assert.deepEqual(share(base, pairs), { ...base, ...pairs });
  }
  const first = share(base, { sequence: '1999' });
  assert.notEqual(share(base, { sequence: '1999' }), first, 'nobody looks for them for a while');
  for (let time = 0; time < 1_000; time += 1) share(base, { sequence: 'same' });
  const same = share(base, { sequence: 'same' });
  assert.equal(share(base, { sequence: 'same' }), same);
  // Labels of another length have been shared all the time.
  assert.equal(share(base, { query: 'one', sequence: '1' }), other);
});
