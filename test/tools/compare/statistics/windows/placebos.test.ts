import assert from 'node:assert/strict';
import { test } from 'node:test';
import { besidePlacebos } from '../../../../../tools/compare/statistics/windows/placebos.ts';

const seriesOf = (from: number, values: readonly number[]) => ({
  at: values.map((_, place) => from + place),
  values,
});
/** Noise that every stretch of time has, the same in each test. */
const noise = (place: number) => Math.sin(place * 2.3) + Math.sin(place * 5.1);
const stretchOf = (from: number, length: number, of: (place: number) => number) =>
  seriesOf(
    from,
    Array.from({ length }, (_, place) => of(from + place)),
  );

test('a step that is much larger than those between earlier stretches stands out', () => {
  const before = stretchOf(0, 48, noise);
  const after = stretchOf(48, 48, (place) => noise(place) + 5);
  const found = besidePlacebos(before, after);
  assert.equal(found?.placebos, 6);
  assert.equal(found.stretch, 12);
  assert.ok(Math.abs(found.test.estimate + 5) < 0.5);
  assert.ok(found.test.pValue() < 0.01);
});

test('a step of a drift that goes on all the time does not stand out', () => {
  const drift = (place: number) => noise(place) + place / 2;
  const found = besidePlacebos(stretchOf(0, 48, drift), stretchOf(48, 48, drift));
  // 12 windows of 0.5 each, as in every placebo.
  assert.ok(Math.abs((found?.test.estimate ?? 0) + 6) < 0.5);
  assert.ok((found?.test.pValue() ?? 0) > 0.2);
});

test('with long traffic before, the stretches are as long as what comes after', () => {
  const found = besidePlacebos(stretchOf(0, 400, noise), stretchOf(400, 40, noise));
  assert.equal(found?.stretch, 40);
  assert.equal(found.placebos, 9);
});

test('a pause between before and after is one between the stretches of each placebo', () => {
  const drift = (place: number) => noise(place) + place / 2;
  const found = besidePlacebos(stretchOf(0, 60, drift), stretchOf(72, 60, drift));
  assert.ok(found !== null);
  // The step is one of (stretch + pause) windows, and so are the placebos.
  assert.ok(Math.abs(found.test.estimate + (found.stretch + 12) / 2) < 0.6);
  assert.ok(found.test.pValue() > 0.2);
});

test('where the pause leaves no room for placebos, there are none', () => {
  assert.equal(besidePlacebos(stretchOf(0, 48, noise), stretchOf(140, 48, noise)), null);
  assert.equal(besidePlacebos(stretchOf(0, 12, noise), stretchOf(12, 12, noise)), null);
  assert.equal(besidePlacebos(seriesOf(0, []), stretchOf(0, 48, noise)), null);
});

test('windows in which both sides have requests belong to neither', () => {
  const before = stretchOf(0, 52, (place) => (place < 48 ? noise(place) : 99));
  const after = stretchOf(48, 48, (place) => (place < 52 ? 99 : noise(place)));
  const found = besidePlacebos(before, after);
  assert.ok(Math.abs(found?.test.estimate ?? 99) < 2);
});
