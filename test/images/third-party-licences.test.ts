import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  findUnaccepted,
  LICENCES_FILE,
  readLicences,
  renderCurrent,
  renderLicences,
} from './third-party-licences.ts';

test('the list is that of the lock file', () => {
  const file = join(import.meta.dirname, '../..', LICENCES_FILE);
  assert.equal(readFileSync(file, 'utf8'), renderCurrent(), 'run: npm run licences');
});

test('no package in an image asks for more than its licence text or a credit', () => {
  assert.deepEqual(findUnaccepted(readLicences()), []);
});

test('a licence that is not in the list of accepted ones is found, with its package', () => {
  const row = { name: 'a', version: '1.0.0', texts: [] };
  const found = findUnaccepted([
    { ...row, licence: 'MIT' },
    { ...row, licence: 'AGPL-3.0-only' },
    { ...row, licence: 'MIT OR AGPL-3.0-only' },
  ]);
  assert.deepEqual(found, ['a 1.0.0: AGPL-3.0-only', 'a 1.0.0: MIT OR AGPL-3.0-only']);
});

test('a development tool is not in the list', () => {
  const names = readLicences().map(({ name }) => name);
  assert.ok(names.includes('pino'));
  assert.ok(!names.includes('typescript'));
});

test('a package without a licence text is listed, and says so', () => {
  const row = { name: 'a', version: '1.0.0', licence: 'MIT', texts: [] };
  assert.match(
    renderLicences([row], '26.0.0'),
    /\| a \| 1\.0\.0 \| MIT \| the package holds none \|/,
  );
});
