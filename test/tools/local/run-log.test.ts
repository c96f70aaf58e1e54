import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRunLog } from '../../../tools/local/run-log.ts';

test('writes no file until something fails, and names the file once', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'run-log-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const named: string[] = [];
  const log = createRunLog((path) => named.push(path), directory);
  assert.equal(log.path(), undefined);
  assert.deepEqual(readdirSync(directory), []);
  const place = { platform: 'gke', program: 'client', instanceId: 'client-1' } as const;
  log.add({ ...place, line: { message: 'one', error: { stack: 'Error\n at x' } } });
  log.add({ ...place, line: 'two' });
  assert.deepEqual(named, [log.path()]);
  const lines = readFileSync(log.path() ?? '', 'utf8')
    .trimEnd()
    .split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      { ...place, line: { message: 'one', error: { stack: 'Error\n at x' } } },
      { ...place, line: 'two' },
    ],
  );
});
