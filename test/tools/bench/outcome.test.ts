import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeOf } from '../../../tools/bench/outcome.ts';
import type { Figure } from '../../../tools/bench/row.ts';

const SAMPLES = {
  new: [
    {
      metrics: { cpuMs: 2, totalCpuMs: 60 },
      answer: 1,
      peakMemoryMb: 90,
      othersCpuMs: { load: 20 },
    },
    {
      metrics: { cpuMs: 4, totalCpuMs: 60 },
      answer: 1,
      peakMemoryMb: 80,
      othersCpuMs: { load: 60 },
    },
  ],
  old: [
    { metrics: { cpuMs: 10 }, answer: 1 },
    { metrics: { cpuMs: 12 }, answer: 1 },
  ],
};

const FIGURE: Figure = {
  variant: 'new against old',
  ours: 'new',
  other: 'old',
  metric: 'cpuMs',
  unit: 'ms',
  ratio: 'other/ours',
  goal: { of: 'ratio', atLeast: 4 },
};

test('a line has both medians, the ratio with its range, the goal and the peak memory', () => {
  assert.deepEqual(outcomeOf('search', FIGURE, SAMPLES), {
    name: 'search',
    variant: 'new against old',
    ours: 3,
    other: 11,
    unit: 'ms',
    ratio: { median: 4, low: 3, high: 5 },
    goal: '≥ 4 ×',
    met: true,
    peakMemoryMb: 90,
    rounds: 2,
    othersCpu: { load: 0.4 },
  });
});

test('a ratio is ours by the other where less is better', () => {
  const { ratio } = outcomeOf('search', { ...FIGURE, ratio: 'ours/other' }, SAMPLES);
  assert.deepEqual([ratio?.low, ratio?.high], [0.2, 1 / 3]);
});

test('a goal may bound our own figure, against a limit', () => {
  const figure: Figure = {
    ...FIGURE,
    other: 2,
    ratio: 'ours/other',
    goal: { of: 'ours', atMost: 2 },
  };
  const { other, ratio, goal, met } = outcomeOf('search', figure, SAMPLES);
  assert.deepEqual([other, ratio?.median, goal, met], [2, 1.5, '≤ 2 ms', false]);
});

test('without anything to compare with there is no ratio, and without a goal nothing to meet', () => {
  const { other, ratio, goal, met } = outcomeOf(
    'search',
    { ...FIGURE, other: null, goal: null },
    SAMPLES,
  );
  assert.deepEqual([other, ratio, goal, met], [null, null, null, null]);
});

test('a metric that a variant has not measured is an error', () => {
  assert.throws(
    () => outcomeOf('search', { ...FIGURE, metric: 'p99Ms' }, SAMPLES),
    /did not measure p99Ms/,
  );
  assert.throws(
    () => outcomeOf('search', { ...FIGURE, ours: 'gone' }, SAMPLES),
    /no variant "gone"/,
  );
});

test('a goal may bound the highest value of any round', () => {
  const goal = { of: 'worst', atMost: 3 } as const;
  const { ours, met } = outcomeOf('tracing', { ...FIGURE, other: null, goal }, SAMPLES);
  assert.deepEqual([ours, met], [4, false]);
});

test('a goal that bounds from above is met by less than nothing, and by no figure at all never', () => {
  const goal = { of: 'ours', atMost: 3 } as const;
  const metWith = (cpuMs: number) =>
    outcomeOf(
      'flush',
      { ...FIGURE, other: null, goal },
      { new: [{ metrics: { cpuMs }, answer: 1 }] },
    ).met;
  assert.deepEqual([-1, 3, 4, Number.NaN].map(metWith), [true, true, false, false]);
});
