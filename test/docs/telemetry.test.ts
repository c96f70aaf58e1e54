import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../rules/sources.ts';
import { readDocument, readLines } from './documents.ts';

const FOLDER = join(ROOT, 'lib/telemetry');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.ts') || name.endsWith('.cjs'));
const { text } = readDocument('docs/telemetry.md');

const isDefined = <T>(value: T | undefined): value is T => value !== undefined;

describe('docs/telemetry.md', () => {
  it('names each file of the folder once in its table, and no other', () => {
    const firstCells = text.split('\n').map((line) => /^\| (`[^|]*)\|/.exec(line)?.[1]);
    const named = firstCells
      .filter(isDefined)
      .flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    assert.deepEqual(named.sort(), [...FILES].sort());
  });

  const installed = readLines(text)
    .filter((line) => line.startsWith('npm install '))
    .flatMap((line) => line.split(' ').filter((word) => /.@\d/.test(word)))
    .map((word) => ({
      name: word.slice(0, word.lastIndexOf('@')),
      version: word.split('@').at(-1),
    }));

  it('installs every package that the folder imports', () => {
    const imported = FILES.flatMap((name) => {
      const source = readFileSync(join(FOLDER, name), 'utf8');
      const specifiers = source.matchAll(/(?:from |import\()'([^.'][^']*)'/g);
      return [...specifiers].map(([, specifier = '']) => specifier);
    })
      .filter((specifier) => !specifier.startsWith('node:'))
      .map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0]);
    const names = new Set(installed.map(({ name }) => name));
    assert.deepEqual(
      [...new Set(imported)].filter(isDefined).filter((name) => !names.has(name)),
      [],
    );
  });

  it('installs them in the versions that are tested here', () => {
    const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    );
    assert.deepEqual(
      installed.filter(({ name, version }) => (dependencies[name] ?? version) !== version),
      [],
    );
  });
});
