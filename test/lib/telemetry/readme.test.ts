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

test('the README names every file outside of the folder that a copy needs', () => {
  const needed = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [
      ...readFileSync(new URL(name, FOLDER), 'utf8').matchAll(/ from '(\.\.\/[^']+)'/g),
    ])
    .map(([, path]) => path);
  const named = [...readme.matchAll(/`(\.\.\/[^`]+\.ts)`/g)].map(([, path]) => path);
  assert.deepEqual([...new Set(named)].sort(), [...new Set(needed)].sort());
});
