import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCycles } from './cycles.ts';

const graph = (imports: Record<string, readonly string[]>) => new Map(Object.entries(imports));

test('a module that two others share is no cycle', () => {
  assert.deepEqual(findCycles(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] })), []);
});

test('names a cycle without the way that leads to it', () => {
  assert.deepEqual(findCycles(graph({ a: ['b'], b: ['c'], c: ['d'], d: ['b'] })), [
    'b → c → d → b',
  ]);
});

test('a module that imports itself is one', () => {
  assert.deepEqual(findCycles(graph({ a: ['a'] })), ['a → a']);
});
