import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOGARITHM, PLAIN, scaled } from '../../../../tools/compare/statistics/scale.ts';

test('milliseconds of the plain scale are themselves', () => {
  for (const ms of [-2.5, 0, 0.1, 4_000]) assert.equal(scaled(ms, PLAIN), ms);
});

test('the logarithm makes a difference of a factor', () => {
  assert.equal(scaled(1, LOGARITHM), 0);
  assert.equal(scaled(Math.E, LOGARITHM), 1);
  const tripled = scaled(120, LOGARITHM) - scaled(40, LOGARITHM);
  assert.ok(Math.abs(tripled - Math.log(3)) < 1e-12, `${tripled}`);
});

test('milliseconds are added before the factor is applied, and the logarithm is taken last', () => {
  const scale = { ...PLAIN, factor: 3, addedMs: 20 };
  assert.equal(scaled(40, scale), 180);
  assert.equal(scaled(40, { ...scale, isLog: true }), Math.log(180));
});

test('no time has a logarithm below every other one, and less than no time has none', () => {
  assert.equal(scaled(0, LOGARITHM), -Infinity);
  assert.ok(Number.isNaN(scaled(-1, LOGARITHM)));
  assert.equal(scaled(-1, { ...LOGARITHM, addedMs: 2 }), 0);
});
