import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { imageTagOf } from '../../../tools/local/image-tag.ts';

const ROOT = join(import.meta.dirname, '../../..');

test('the same code has the same tag wherever it lies, changed code another one', (t) => {
  const copy = mkdtempSync(join(tmpdir(), 'image-tag-'));
  t.after(() => rmSync(copy, { recursive: true }));
  for (const name of ['functions', 'services', 'lib', 'proto', 'package-lock.json']) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  const tag = imageTagOf(ROOT);
  assert.match(tag, /^local-[0-9a-f]{8}$/);
  assert.equal(imageTagOf(copy), tag);
  writeFileSync(join(copy, 'services/server/match.ts'), '// changed\n');
  assert.notEqual(imageTagOf(copy), tag);
});
