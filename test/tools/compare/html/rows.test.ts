import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COLOURS, createColours, pairRows } from '../../../../tools/compare/html/rows.ts';
import type { Waterfall, WaterfallSpan } from '../../../../tools/traces/waterfall.ts';
import { sampleComparison } from './sample-comparison.ts';

const template = sampleComparison().exemplars.a.median;

/** A trace of these paths, all of one depth. */
function trace(...paths: readonly string[]): Waterfall {
  const span = template?.spans[0];
  if (!template || !span) throw new Error('the sample has no median trace');
  const spans = paths.map((path): WaterfallSpan => ({ ...span, path, spanId: path }));
  return { ...template, spans };
}

const rowsOf = (a: Waterfall | null, b: Waterfall | null) =>
  pairRows(a, b).map((row) => `${row.path}:${row.a ? 'a' : ''}${row.b ? 'b' : ''}`);

test('spans of one path share a row, in the order of a', () => {
  assert.deepEqual(rowsOf(trace('root', 'get'), trace('root', 'get')), ['root:ab', 'get:ab']);
});

test('what only b has comes after the row that precedes it in b', () => {
  assert.deepEqual(
    rowsOf(trace('root', 'front', 'get', 'end'), trace('root', 'get', 'new', 'end')),
    ['root:ab', 'front:a', 'get:ab', 'new:b', 'end:ab'],
  );
  assert.deepEqual(rowsOf(trace('end'), trace('first', 'second', 'end')), [
    'first:b',
    'second:b',
    'end:ab',
  ]);
});

test('the n-th span of a path lies with the n-th of the other trace', () => {
  assert.deepEqual(rowsOf(trace('object', 'object'), trace('object')), ['object:ab', 'object:a']);
});

test('one trace alone, and none, are rows too', () => {
  assert.deepEqual(rowsOf(null, trace('root')), ['root:b']);
  assert.deepEqual(rowsOf(null, null), []);
});

test('a path has one colour, and the colours start over when they are used up', () => {
  const paths = Array.from({ length: COLOURS + 1 }, (_, index) => `path ${index}`);
  const colour = createColours([...paths, ...paths].map((path) => ({ path })));
  assert.equal(new Set(paths.map(colour)).size, COLOURS);
  assert.equal(colour('path 0'), colour(`path ${COLOURS}`));
  assert.equal(colour('unknown'), 'c0');
});
