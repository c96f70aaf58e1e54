import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Ask,
  type Planned,
  planReads,
} from '../../../../../tools/traces/sources/sampling/read-plan.ts';

import type { Slice } from '../../../../../tools/traces/sources/sampling/slices.ts';

const HOUR_MS = 3_600_000;
const DAY = { startMs: 1_000 * HOUR_MS, endMs: 1_024 * HOUR_MS };
const FAILED_EVERY = 1_000;

/** Traces at even distances, in lists of pages of 100, as Cloud Trace would answer. */
function readDay(
  everyMs: number,
  options: { mostPages?: number; mostSlices?: number; wanted?: readonly Slice[] } = {},
) {
  const planned: Planned[] = [];
  const plan = planReads({
    window: DAY,
    wanted: options.wanted,
    mostPages: options.mostPages ?? 180,
    mostSlices: options.mostSlices ?? Number.POSITIVE_INFINITY,
    seed: 1,
    failureTerms: ['label:error.type'],
    onSample: (one) => planned.push(one),
  });
  const asks: Ask[] = [];
  let step = plan.next();
  while (step.done !== true) {
    const ask = step.value;
    asks.push(ask);
    const stepMs = everyMs * (ask.kind === 'failed' ? FAILED_EVERY : 1);
    const firstMs = Math.ceil(ask.startMs / stepMs) * stepMs;
    const fromMs = firstMs + Number(ask.pageToken) * stepMs;
    const traces = Math.min(100, Math.ceil(Math.max(0, ask.endMs - fromMs) / stepMs));
    const lastStartMs = fromMs + (traces - 1) * stepMs;
    const isCut = lastStartMs + stepMs < ask.endMs;
    const nextPageToken = isCut ? String(Number(ask.pageToken) + traces) : '';
    step = plan.next({ traces, lastStartMs, nextPageToken });
  }
  const count = (kind: Ask['kind']) => asks.filter((ask) => ask.kind === kind).length;
  return { asks, count, planned: planned[0] ?? null };
}

test('what fits is read in its order, without a look around', () => {
  const { asks, count } = readDay(60_000);
  assert.equal(asks.length, 15);
  assert.equal(count('sequence'), 15);
});

test('what nearly fits is read in its order, after a look around', () => {
  const { count, planned } = readDay(6_000);
  assert.deepEqual([count('sequence'), count('pilot'), count('slice')], [144, 6, 0]);
  assert.equal(planned, null);
});

test('what does not fit is read in slices of about a page, as many as may be', () => {
  const { asks, count, planned } = readDay(3_000);
  assert.equal(planned?.sliceMs, 4 * 60_000);
  assert.equal(asks.length, 180);
  assert.deepEqual([count('sequence'), count('pilot'), count('failed')], [9, 6, 1]);
  assert.equal(count('slice'), 164);
});

test('busy traffic has slices of seconds, and failures on many pages', () => {
  const { asks, count, planned } = readDay(10);
  assert.equal(planned?.sliceMs, 800);
  assert.equal(asks.length, 180);
  assert.equal(count('failed'), 36);
  assert.equal(planned?.allFailures, false);
});

test('the failures are read before the first slice, and those of one page are all', () => {
  const { asks, planned } = readDay(1_000);
  const kinds = asks.map(({ kind }) => kind);
  assert.equal(kinds.lastIndexOf('failed'), kinds.indexOf('slice') - 1);
  assert.equal(planned?.allFailures, true);
});

test('so few pages that no sample comes of them are read in their order', () => {
  const { asks, count } = readDay(3_000, { mostPages: 5 });
  assert.equal(asks.length, 5);
  assert.equal(count('sequence'), 5);
});

test('--max-runs limits the slices, of what would fit too', () => {
  const { count } = readDay(60_000, { mostSlices: 12 });
  assert.deepEqual([count('sequence'), count('slice')], [9, 12]);
});

test('a slice of several pages is read to its end', () => {
  const { asks } = readDay(1_000);
  const later = asks.filter(({ kind, pageToken }) => kind === 'slice' && pageToken !== '');
  assert.equal(later.length, 0);
  const dense = readDay(0.5);
  const slices = dense.asks.filter(({ kind }) => kind === 'slice');
  assert.ok(slices.filter(({ pageToken }) => pageToken !== '').length > slices.length / 3);
  assert.equal(dense.planned?.sliceMs, 100);
});

test('slices between the windows of two cohorts are left out', () => {
  const before = { startMs: DAY.startMs, endMs: DAY.startMs + 6 * HOUR_MS };
  const after = { startMs: DAY.endMs - 3 * HOUR_MS, endMs: DAY.endMs };
  const { asks, planned } = readDay(1_000, { wanted: [before, after] });
  const slices = asks.filter(({ kind }) => kind === 'slice');
  assert.ok(slices.length > 100);
  const isWanted = ({ startMs }: Ask) => startMs < before.endMs || startMs >= after.startMs;
  assert.ok(slices.every(isWanted));
  assert.equal(planned?.strata.length, 9);
});

test('the same answers give the same pages', () => {
  assert.deepEqual(readDay(3_000).asks, readDay(3_000).asks);
});
