import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Judged } from '../../../../tools/compare/gate/gate.ts';
import {
  formatSize,
  formatUnit,
  foundText,
  gateHeadline,
  intervalText,
  judgedText,
  togetherText,
} from '../../../../tools/compare/gate/gate-words.ts';

const FAILS: Judged = {
  condition: 'b slower than 10 %',
  outcome: 'fails',
  unit: '%',
  of: 'difference',
  limit: 10,
  estimate: 23.44,
  interval: { low: 18.06, high: 29.01 },
  smallestDifference: 6.213,
  reason: null,
};

test('says what was found, why it comes out so, and what the data could find', () => {
  assert.equal(
    judgedText(FAILS),
    '+23.4 % (+18.1 % to +29 %): the complete interval is beyond the limit. In 8 of 10 cases, this much data finds a difference of 6.21 %.',
  );
  assert.match(judgedText({ ...FAILS, outcome: 'passes' }), /is within the limit\./);
  assert.match(
    judgedText({ ...FAILS, outcome: 'undecided' }),
    /the limit lies inside the interval/,
  );
});

test('where nothing is decided it says why, and what the data could find', () => {
  const reason = '3 runs, and a verdict needs 6';
  const undecided: Judged = {
    ...FAILS,
    outcome: 'undecided',
    interval: null,
    smallestDifference: null,
    reason,
  };
  const unknown = 'What this much data could find is not known.';
  assert.equal(judgedText(undecided), `${reason}. ${unknown}`);
});

test('an end without a bound is called so', () => {
  const text = intervalText({ ...FAILS, interval: { low: 11.1, high: null } });
  assert.equal(text, '+11.1 % to no bound');
});

test('each unit has its sign, and no more digits than it deserves', () => {
  assert.deepEqual(
    [formatUnit(-0.004, '%'), formatUnit(-12.34, '%'), formatUnit(250.7, '%')],
    ['0 %', '-12.3 %', '+251 %'],
  );
  assert.deepEqual(
    [formatUnit(1.234, 'ms'), formatUnit(-0.5, 'ms'), formatUnit(null, 'ms')],
    ['+1.23 ms', '-500 µs', '–'],
  );
  assert.equal(formatUnit(0.456, 'points'), '+0.46 points');
  assert.deepEqual([formatSize(2.5, 'ms'), formatSize(6.213, '%')], ['2.50 ms', '6.21 %']);
});

test('the headline says what the command does', () => {
  const headline = (outcome: Judged['outcome'], requireVerdict = false) =>
    gateHeadline({ outcome, requireVerdict, confidence: 0.95, conditions: [] });
  assert.equal(headline('fails'), 'Gate: fails.');
  assert.equal(headline('passes', true), 'Gate: passes.');
  assert.match(headline('undecided'), /^Gate: not enough data to decide/);
  assert.match(headline('undecided', true), /^Gate: fails, because there is not enough data/);
});

test('an interval whose ends round to one figure has more decimals', () => {
  const judged = { interval: { low: 12.341, high: 12.344 }, unit: '%', of: 'difference' } as const;
  assert.equal(intervalText(judged), '+12.341 % to +12.344 %');
});

test('a figure of one side alone has no sign, and neither has its interval', () => {
  const value = {
    ...FAILS,
    of: 'value',
    unit: 'ms',
    estimate: 260,
    interval: { low: 251, high: 270 },
  } as const;
  assert.equal(foundText(value), '260 ms');
  assert.equal(intervalText(value), '251 ms to 270 ms');
  assert.equal(foundText(FAILS), formatUnit(FAILS.estimate, FAILS.unit));
});

test('several conditions say at which confidence their intervals hold together', () => {
  const gate = { outcome: 'passes', requireVerdict: false, confidence: 1 - 0.05 / 3 } as const;
  assert.match(
    togetherText({ ...gate, conditions: [FAILS, FAILS, FAILS] }) ?? '',
    /^Intervals are at 98\.3 %, .* any false failure among 3 conditions is at most 5 % \(Bonferroni\)\.$/,
  );
  assert.equal(togetherText({ ...gate, conditions: [FAILS] }), null);
});
