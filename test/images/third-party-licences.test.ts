import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  LICENCES_FILE,
  readLicences,
  renderCurrent,
  renderLicences,
} from './third-party-licences.ts';

/** They ask for no more than their text, or a credit, in what is passed on. */
const ACCEPTED = [
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC-BY-3.0'],
  ...['CC0-1.0', 'ISC', 'MIT', '(MIT OR CC0-1.0)'],
];

test('the list is that of the lock file', () => {
  const file = join(import.meta.dirname, '../..', LICENCES_FILE);
  assert.equal(readFileSync(file, 'utf8'), renderCurrent(), 'run: npm run licences');
});

test('no package in an image asks for more than its licence text or a credit', () => {
  const others = readLicences().filter(({ licence }) => !ACCEPTED.includes(licence));
  assert.deepEqual(others, []);
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
