import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLAIN } from '../../../../../tools/compare/statistics/scale.ts';
import {
  fixedMixOf,
  type WindowedSide,
} from '../../../../../tools/compare/statistics/windows/fixed-mix.ts';
import {
  cellsOfWindows,
  differencesOf,
  seriesOfCells,
  valuesOfWindows,
} from '../../../../../tools/compare/statistics/windows/window-values.ts';

const SCALE = { a: PLAIN, b: PLAIN };
type Requests = readonly (readonly [operation: number, figure: number])[];
const sideOf = (windows: readonly Requests[]): WindowedSide => ({
  at: windows.map((_, place) => place),
  figures: windows.map((requests) => Float64Array.from(requests, ([, figure]) => figure)),
  operations: windows.map((requests) => Uint16Array.from(requests, ([operation]) => operation)),
});
const near = (actual: number | undefined, expected: number) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-9, `${actual}, not ${expected}`);

test('an operation weighs its mean share of both sides, and nothing where one side lacks it', () => {
  const a = sideOf([Array(3).fill([0, 10]), [[1, 50]], [[2, 7]]]);
  const b = sideOf([[[0, 10]], [[1, 50]]]);
  const { weights } = fixedMixOf({ a, b }, 3);
  near(weights[0], (3 / 4 + 1 / 2) / 2);
  near(weights[1], (1 / 4 + 1 / 2) / 2);
  assert.equal(weights[2], 0);
});

test('another mix of the same operations is no difference', () => {
  const quick = (count: number): Requests => Array(count).fill([0, 10]);
  const slow = (count: number): Requests => Array(count).fill([1, 100]);
  const a = sideOf([[...quick(9), ...slow(1)], quick(5), [...quick(9), ...slow(1)]]);
  const b = sideOf([[...quick(1), ...slow(9)], slow(5), [...quick(1), ...slow(9)]]);
  const mix = fixedMixOf({ a, b }, 2);
  const series = valuesOfWindows({ a, b }, { mix, scale: SCALE });
  // Also in the second window, where each side has what the other one lacks.
  for (const value of differencesOf(series).values) near(value, 0);
});

test('a request that hangs counts as much as the bound around its own side', () => {
  const usual = Array.from({ length: 99 }, (_, place): readonly [number, number] => [
    0,
    10 + place / 10,
  ]);
  const a = sideOf([[...usual, [0, 60_000]]]);
  const b = sideOf([[...usual, [0, 20]]]);
  const mix = fixedMixOf({ a, b }, 1);
  const [difference] = differencesOf(valuesOfWindows({ a, b }, { mix, scale: SCALE })).values;
  assert.ok(Math.abs(difference ?? 99) < 0.1, `${difference}`);
});

test('a side that takes three times as long has bounds three times as far', () => {
  const times = (factor: number) =>
    sideOf([
      Array.from({ length: 200 }, (_, place): readonly [number, number] => [
        0,
        factor * (1 + place),
      ]),
    ]);
  const { bounds } = fixedMixOf({ a: times(3), b: times(1) }, 1);
  near(bounds.a.low[0], 3 * (bounds.b.low[0] ?? 0));
  near(bounds.a.high[0], 3 * (bounds.b.high[0] ?? 0));
  assert.ok((bounds.b.high[0] ?? 0) < 200 && (bounds.b.low[0] ?? 0) > 1);
});

test('a step that as a rule takes no time is not bounded', () => {
  const idle = sideOf([
    [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 40],
    ],
  ]);
  const { bounds } = fixedMixOf({ a: idle, b: idle }, 1);
  assert.equal(bounds.a.high[0], Number.POSITIVE_INFINITY);
});

test('merged windows hold the requests of those that they are made of', () => {
  const a = sideOf([
    [[0, 1]],
    [
      [0, 3],
      [0, 5],
    ],
    [[0, 7]],
    [[0, 9]],
  ]);
  const b = sideOf([[[0, 2]], [[0, 2]], [[0, 2]], [[0, 2]]]);
  const mix = fixedMixOf({ a, b }, 1);
  const cells = cellsOfWindows({ a, b }, { mix, scale: SCALE });
  const { at, values } = differencesOf(seriesOfCells(cells, { mix, mergedBy: 2 }));
  assert.deepEqual(at, [0, 1]);
  near(values[0], (1 + 3 + 5) / 3 - 2);
  near(values[1], 8 - 2);
});
