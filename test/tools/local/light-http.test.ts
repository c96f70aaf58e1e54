import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { ROOT } from '../../rules/sources.ts';

test('node:http is loaded without undici', () => {
  const script = `await import('./tools/local/light-http.ts');
    await import('node:http');
    console.log(process.moduleLoadList.filter((name) => name.includes('undici/undici')).length);`;
  const args = ['--input-type=module', '-e', script];
  assert.equal(execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }), '0\n');
});
