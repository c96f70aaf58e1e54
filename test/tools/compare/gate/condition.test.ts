import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Condition, parseCondition } from '../../../../tools/compare/gate/condition.ts';

const REQUEST = { kind: 'request' } as const;

const RIGHT: readonly (readonly [string, Omit<Condition, 'text'>])[] = [
  [
    'p95 of b above 250 ms',
    {
      measure: { kind: 'tail', quantile: 0.95 },
      ...{ side: 'b', direction: 'above', limit: 250, unit: 'ms' },
    },
  ],
  [
    'error rate of a above 2.5%',
    { measure: { kind: 'error-rate' }, side: 'a', direction: 'above', limit: 2.5, unit: '%' },
  ],
  [
    'b slower than 10 %',
    { measure: REQUEST, side: 'b', direction: 'slower', limit: 10, unit: '%' },
  ],
  [
    'A FASTER THAN 2.5%',
    { measure: REQUEST, side: 'a', direction: 'faster', limit: 2.5, unit: '%' },
  ],
  [
    ' b  slower than 0 ms ',
    { measure: REQUEST, side: 'b', direction: 'slower', limit: 0, unit: 'ms' },
  ],
  [
    'p95 of b slower than 200 %',
    {
      measure: { kind: 'tail', quantile: 0.95 },
      side: 'b',
      direction: 'slower',
      limit: 200,
      unit: '%',
    },
  ],
  [
    'p99 of a slower than 30ms',
    {
      measure: { kind: 'tail', quantile: 0.99 },
      side: 'a',
      direction: 'slower',
      limit: 30,
      unit: 'ms',
    },
  ],
  ...["hop 'client:GET /'", 'hop "client:GET /"'].map(
    (hop): readonly [string, Omit<Condition, 'text'>] => [
      `${hop} of b slower than 1 ms`,
      {
        measure: { kind: 'hop', name: 'client:GET /' },
        side: 'b',
        direction: 'slower',
        limit: 1,
        unit: 'ms',
      },
    ],
  ),
  [
    'hop server:works.search of b faster than 1 ms',
    {
      measure: { kind: 'hop', name: 'server:works.search' },
      side: 'b',
      direction: 'faster',
      limit: 1,
      unit: 'ms',
    },
  ],
  ...['1 point', '1 points'].map((limit): readonly [string, Omit<Condition, 'text'>] => [
    `error rate of b higher than ${limit}`,
    {
      measure: { kind: 'error-rate' },
      side: 'b',
      direction: 'higher',
      limit: 1,
      unit: 'points',
    },
  ]),
];
for (const [text, condition] of RIGHT) {
  test(`${text}: is a condition`, () => {
    assert.deepEqual(parseCondition(text), { text, ...condition });
  });
}

const ALLOWED =
  "allowed: [MEASURE of] SIDE slower|faster than N %|ms, or error rate of SIDE higher than N points, or p95|p99 of SIDE above N ms, or error rate of SIDE above N %. SIDE: a or b. MEASURE: p95, p99 or hop 'SERVICE:NAME'";
for (const text of [
  '',
  'b slower',
  'b slower than 10',
  'b slower than ten %',
  'b slower than -1 %',
  'c slower than 10 %',
  'p50 of b slower than 10 %',
  'p95 b slower than 10 %',
  "hop '' of b slower than 1 ms",
  'hop client:GET / of b slower than 1 ms',
  'b slower than 1 s',
  'error rate of b higher than 1 %',
  'error rate of b slower than 1 point',
  'b slower than 10 % or b slower than 5 ms',
]) {
  test(`${JSON.stringify(text)} is refused with what is allowed`, () => {
    assert.throws(() => parseCondition(text), {
      name: 'UsageError',
      message: `--fail-if is ${JSON.stringify(text)}; ${ALLOWED}`,
    });
  });
}

for (const [text, message] of [
  ['b faster than 100 %', /nothing reaches 100 per cent less; allowed: below 100/],
  ['error rate of b higher than 100 points', /nothing reaches 100 points of a rate/],
] as const) {
  test(`${text}: is refused, because it can never fail`, () => {
    assert.throws(() => parseCondition(text), { name: 'UsageError', message });
  });
}

for (const text of [
  'p95 of b above 10 %',
  'error rate of b above 2 ms',
  'b above 10 ms',
  'error rate of b above 100 %',
]) {
  test(`an absolute limit of ${text} is refused`, () => {
    assert.throws(() => parseCondition(text), { name: 'UsageError' });
  });
}
