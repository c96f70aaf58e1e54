import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

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
