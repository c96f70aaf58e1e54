import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatDifferenceMs,
  formatInterval,
  formatMs,
  formatTime,
  labelsOf,
  ratioFormat,
} from '../../../../tools/compare/html/words.ts';
import { UNKNOWN } from '../../../../tools/compare/statistics/estimate.ts';
import { sampleComparison } from './sample-comparison.ts';

test('what has no value is a dash', () => {
  for (const text of [
    formatMs(null),
    formatMs(Number.NaN),
    formatDifferenceMs(null),
    ratioFormat(UNKNOWN)(null),
    formatInterval({ p50: 1, low: null, high: 2 }, formatMs),
  ]) {
    assert.equal(text, '–');
  }
});

test('a difference has its sign, with a true minus', () => {
  assert.equal(formatDifferenceMs(1.5), '+1.50 ms');
  assert.equal(formatDifferenceMs(-1.5), '−1.50 ms');
});

test('times are in UTC wherever the page is made', () => {
  assert.equal(formatTime(Date.UTC(2026, 10, 20, 10, 15)), '2026-11-20 10:15:00 UTC');
});

test('labels of a local run say local, once', () => {
  const { source, cohorts } = sampleComparison();
  const local = { ...source, local: true };
  const named = { ...cohorts, b: { ...cohorts.b, label: 'GKE, local' } };
  assert.deepEqual(labelsOf({ source: local, cohorts: named }), {
    a: 'Cloud Run (local)',
    b: 'GKE, local',
    local: true,
  });
  assert.equal(labelsOf({ source, cohorts }).a, 'Cloud Run');
});

test('a ratio has as many decimals as the ends of its interval need', () => {
  const estimate = { p50: 0.77, low: 0.768, high: 0.772 };
  assert.equal(formatInterval(estimate, ratioFormat(estimate)), '0.768 to 0.772');
});
