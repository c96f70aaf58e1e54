import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sample } from '../../../../tools/compare/statistics/design.ts';
import { methodText, reasonAgainst } from '../../../../tools/compare/statistics/overall-words.ts';
import type { Contrast } from '../../../../tools/compare/statistics/statistics.ts';
import type { WindowKind } from '../../../../tools/compare/statistics/windows/windows.ts';

const contrastOf = (a: number, b: number, more: Partial<Contrast> = {}): Contrast => ({
  values: { a: 100, b: 100 },
  runs: { a, b },
  estimate: null,
  test: null,
  ...more,
});
const PAIRED: Sample = { paired: true, runs: [] };
const UNPAIRED: Sample = { paired: false, a: [], b: [] };

function windowedOf(kind: WindowKind, operations: readonly string[] = ['shop GET /']): Sample {
  const of = { a: [], b: [] };
  const windows = {
    ...{ kind, lengthMs: 120_000, at: of, operations, operationOf: of },
    leftOut: { a: 0, b: 0 },
    merging: { left: 12, correlation: 0, cosines: 8, why: null },
  };
  const side = { at: [], figures: Array.from({ length: 4 }, () => []), operationOf: [] };
  const windowed = { windows, sides: { a: side, b: side }, mix: { weights: [1] } };
  return { ...UNPAIRED, windowed } as unknown as Sample;
}

for (const [name, sample, contrast, text] of [
  ['pairs', PAIRED, contrastOf(7, 7), /^per run the typical log ratio of its pairs .* over 7 runs/],
  ['runs', UNPAIRED, contrastOf(7, 1), /^per run the typical log latency .* over 7 and 1 run the/],
  [
    'requests paired by an attribute',
    windowedOf('paired-requests'),
    contrastOf(9, 9),
    /^per window of 2 min the ratio of its pairs: .*; over 9 windows the trimmed mean/,
  ],
  [
    'windows at the same time',
    windowedOf('paired-windows'),
    contrastOf(9, 9),
    /^per window of 2 min a over b: .*; over 9 windows the trimmed mean/,
  ],
  [
    'windows in turn',
    windowedOf('windows'),
    contrastOf(9, 8),
    /^per window of 2 min and side .*; over 9 and 8 windows the trimmed mean/,
  ],
  [
    'before and after, without placebos',
    windowedOf('before-after'),
    contrastOf(9, 8),
    /^per window of 2 min and side .* on both sides; 9 and 8 windows$/,
  ],
  [
    'before and after, beside placebos',
    windowedOf('before-after'),
    contrastOf(9, 8, { beside: { stretch: 3, placebos: 11 } }),
    /the last 6 min before against the first 6 min after, beside 11 steps .*\(placebos\)$/,
  ],
] as const) {
  test(`the method names what it rests on: ${name}`, () => {
    assert.match(methodText(contrast, sample), text);
  });
}

for (const [name, contrast, sample, unnamed, text] of [
  [
    'nothing is paired',
    contrastOf(0, 0, { values: { a: 0, b: 0 } }),
    PAIRED,
    0,
    /^no pair of warm/,
  ],
  [
    'a side is empty',
    contrastOf(3, 0, { values: { a: 9, b: 0 } }),
    UNPAIRED,
    0,
    /^one of the cohorts has no warm request/,
  ],
  ['runs are few', contrastOf(7, 3), UNPAIRED, 0, /^3 runs with warm requests, and .* needs 6:/],
  [
    'requests name no run',
    contrastOf(7, 1),
    UNPAIRED,
    80,
    /^80 warm requests name neither .* That makes 1 run, and a verdict needs 6$/,
  ],
  [
    'requests are few',
    contrastOf(7, 7, { values: { a: 12, b: 30 } }),
    UNPAIRED,
    0,
    /^12 warm requests, and a verdict needs 20$/,
  ],
  [
    'windows are few',
    contrastOf(3, 3),
    windowedOf('paired-windows'),
    0,
    /^3 windows of 2 min with warm requests on both sides, and a verdict needs \d+$/,
  ],
  [
    'no operation is on both sides',
    contrastOf(9, 9),
    windowedOf('windows', []),
    0,
    /^no operation/,
  ],
] as const) {
  test(`there is no verdict, and the reason says so: ${name}`, () => {
    assert.match(reasonAgainst(contrast, { sample, unnamed }) ?? '', text);
  });
}
