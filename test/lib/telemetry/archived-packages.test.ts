import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runToEnd } from '../../run-to-end.ts';

const FOLDER = new URL('../../../lib/telemetry/', import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));

/** Files of lib/telemetry that import the package when they run; types alone leave no trace. */
function importers(name: string): string[] {
  const pattern = new RegExp(`^import (?!type\\b)[^;]*from '${name}'`, 'm');
  return files.filter((file) => pattern.test(readFileSync(new URL(file, FOLDER), 'utf8')));
}

test('each archived Google package stands behind exactly one file', () => {
  assert.deepEqual(importers('@google-cloud/opentelemetry-cloud-trace-exporter'), [
    'cloud-trace-exporter.ts',
  ]);
  assert.deepEqual(importers('@google-cloud/opentelemetry-cloud-trace-propagator'), [
    'cloud-trace-propagator.ts',
  ]);
});

test('nothing in the preload imports grpc-js, which would freeze it unpatched', () => {
  assert.deepEqual(importers('@grpc/grpc-js'), []);
});

test('only the preload and the entry files’ parser read the environment', () => {
  const readers = files.filter((file) =>
    readFileSync(new URL(file, FOLDER), 'utf8').includes('process.env'),
  );
  assert.deepEqual(readers.sort(), ['environment.ts', 'preload.ts']);
});

test('npm test does not repeat the warnings of the archived packages for each file', async () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', FOLDER), 'utf8'));
  const options: string[] = scripts.test.match(/--disable-warning=\S+/g) ?? [];
  const files = ['cloud-trace-encoding.test.ts', 'cloud-trace-propagator.test.ts'].map((name) =>
    join(import.meta.dirname, name),
  );
  const { code, stdout, stderr } = await runToEnd(process.execPath, [
    '--test',
    ...options,
    ...files,
  ]);
  assert.equal(code, 0, stdout);
  assert.doesNotMatch(stdout + stderr, /DeprecationWarning/);
});
