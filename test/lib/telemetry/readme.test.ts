import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const FOLDER = new URL('../../../lib/telemetry/', import.meta.url);
const readme = readFileSync(new URL('README.md', FOLDER), 'utf8');

test('the README’s table names each file of the folder once, and no other', () => {
  const firstCells = readme.split('\n').flatMap((line) => line.match(/^\| (`[^|]*)\|/)?.[1] ?? []);
  const named = firstCells.flatMap((cell) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  assert.deepEqual(
    named.sort(),
    readdirSync(FOLDER)
      .filter((name) => name.endsWith('.ts'))
      .sort(),
  );
});
