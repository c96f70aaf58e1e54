import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutTail, renderDistribution } from '../../../../tools/compare/html/distribution.ts';
import type { EcdfPoint } from '../../../../tools/compare/statistics/quantiles.ts';

const labels = { a: 'Cloud Run', b: 'GKE', local: false };
const even = (slowestMs: number): EcdfPoint[] =>
  Array.from({ length: 20 }, (_, index) => [
    index === 19 ? slowestMs : index + 1,
    (index + 1) / 20,
  ]);

const render = (a: readonly EcdfPoint[], b: readonly EcdfPoint[]) =>
  `${renderDistribution({ title: 'Gap', ecdf: { a, b }, quantileDifferences: [[0.5, 1.5]], labels })}`;

test('draws both curves and the difference, without a style element', () => {
  const markup = render(even(20), even(20));
  assert.equal(markup.match(/<svg/g)?.length, 2);
  assert.match(markup, /stroke="var\(--a\)"[\s\S]*stroke="var\(--b\)"/);
  assert.doesNotMatch(markup, /<style|style=/);
  assert.doesNotMatch(markup, /axis ends/);
});

test('each curve goes on level past its slowest request, so that no dash gap hides the last step', () => {
  const curves = [...render(even(20), even(30)).matchAll(/ d="([^"]*)"/g)]
    .map(([, d]) => d ?? '')
    .filter((d) => d.split('L').length > 20);
  assert.equal(curves.length, 2);
  for (const d of curves) assert.match(d, /L([\d.]+),([\d.]+)L(?!\1,)([\d.]+),\2L\3,\2$/);
});

test('one slow request does not squeeze all others: the axis ends before it, and says so', () => {
  assert.match(
    render(even(20), even(4_000)),
    /The axis ends at 57\.0 ms; the slowest request took 4\.00 s\./,
  );
});

test('a cut curve goes level to the edge', () => {
  const points: readonly EcdfPoint[] = [
    [1, 0.5],
    [2, 0.9],
    [99, 1],
  ];
  assert.deepEqual(cutTail(points, 10), [
    [1, 0.5],
    [2, 0.9],
    [10, 0.9],
  ]);
  assert.deepEqual(cutTail(points, 102), [...points, [102, 1]]);
  assert.deepEqual(cutTail([], 10), []);
});

test('one cohort alone is drawn, and none says so', () => {
  const one = `${renderDistribution({
    title: 'Self time',
    ecdf: { a: even(20), b: [] },
    quantileDifferences: [],
    labels,
  })}`;
  assert.match(one, /Only one cohort has values/);
  assert.doesNotMatch(one, /NaN|Infinity|undefined/);
  assert.match(render([], []), /No values to draw/);
});

test('the same values give the same bytes', () => {
  assert.equal(render(even(20), even(30)), render(even(20), even(30)));
});

test('a circle marks each request that is drawn elsewhere, on the curve of its side', () => {
  const marks = { a: [{ ms: 10 }, { ms: 19 }], b: [{ ms: 5 }] };
  const options = {
    title: 'Gap',
    ecdf: { a: even(20), b: even(20) },
    quantileDifferences: [],
    labels,
  };
  const circles = (markup: string) => markup.match(/<circle/g)?.length ?? 0;
  assert.equal(circles(`${renderDistribution({ ...options, marks })}`), 3);
  assert.equal(circles(`${renderDistribution(options)}`), 0);
});
