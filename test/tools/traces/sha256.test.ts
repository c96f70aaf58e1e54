import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { sha256 } from '../../../tools/traces/sha256.ts';

test('hashes the UTF-8 of a text', () => {
  assert.equal(sha256('cæsar'), createHash('sha256').update('cæsar', 'utf8').digest('hex'));
});
