import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterOf, readingOf } from '../../../../tools/traces/profile/reading.ts';

test('without flags each trace is read by its own attributes', () => {
  assert.deepEqual(readingOf({}), { profile: null, root: null });
});

test('--root and other flags of the general profile imply it', () => {
  assert.equal(readingOf({ root: 'service=a' }).profile, 'general');
  assert.equal(readingOf({}, ['--pair-by']).profile, 'general');
});

test('--root with --profile shakesapp is refused', () => {
  assert.throws(
    () => readingOf({ profile: 'shakesapp', root: 'service=a' }),
    /--root and --profile shakesapp exclude each other/,
  );
});

test('the general profile asks the API for all spans, unless a filter is given', () => {
  const general = readingOf({ profile: 'general' });
  assert.equal(filterOf(general, undefined), '');
  assert.equal(filterOf(general, '+service.name:shop'), '+service.name:shop');
  assert.equal(filterOf(readingOf({}), undefined), undefined);
});
