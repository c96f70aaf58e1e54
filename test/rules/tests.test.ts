import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from './sources.ts';

/**
 * The runner takes a pattern that matches nothing, and a file without a test, for success. So every
 * pattern must match, every test file must be matched, and every one must hold a test.
 */
describe('the test scripts', () => {
  const scripts: Record<string, string> = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  ).scripts;
  const patterns = Object.values(scripts).flatMap((script) =>
    [...script.matchAll(/"(test\/[^"]+)"/g)].map(([, pattern = '']) => pattern),
  );
  const filesOf = (pattern: string) => globSync(pattern, { cwd: ROOT });
  const files = filesOf('test/**/*.test.ts');

  it('have only patterns that match', () => {
    assert.ok(patterns.length >= 4);
    assert.deepEqual(
      patterns.filter((pattern) => filesOf(pattern).length === 0),
      [],
    );
  });

  it('run every test file that there is', () => {
    const run = new Set(patterns.flatMap(filesOf));
    assert.ok(files.length > 50);
    assert.deepEqual(
      files.filter((file) => !run.has(file)),
      [],
    );
  });

  it('run no file without a test', () => {
    assert.deepEqual(
      files.filter(
        (file) => !/\b(test|it|faultRow)\(/.test(readFileSync(join(ROOT, file), 'utf8')),
      ),
      [],
    );
  });

  it('skip nothing for good', () => {
    assert.deepEqual(
      files.filter((file) =>
        /\b(test|it|describe)\.(skip|only|todo)\(/.test(readFileSync(join(ROOT, file), 'utf8')),
      ),
      [],
    );
  });
});
