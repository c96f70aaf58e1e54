import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generalWordsOf, toFindings, withWords } from '../../../tools/doctor/findings.ts';
import type { Rule, Sightings } from '../../../tools/doctor/rule.ts';
import { MOST_PLACES } from '../../../tools/doctor/sightings.ts';
import { normalise } from '../../../tools/traces/normalise.ts';
import { createWaterfall } from '../../../tools/traces/waterfall.ts';
import { healthyTraces } from './healthy-traces.ts';

const OWN = { finding: 'It is broken.', cause: 'It fell.', fix: 'Buy another one.' };
const OTHER = { finding: 'It is bent.', cause: 'It was sat on.', fix: 'Straighten it.' };
const RULE: Rule = { id: 'broken', ...OWN, look: () => ({}) };

/** So many places, each in its own trace; two sightings at each. */
const seen = (name: string, traces: number, more: Partial<Sightings> = {}): Sightings => ({
  ...{ count: 2 * traces, traces },
  places: Array.from({ length: traces }, (_, trace) => ({
    ...{ traceId: `${name}${trace}`, detail: `${name} is broken` },
  })),
  ...more,
});
const [oneTree, otherTree] = healthyTraces().map(normalise);
assert.ok(oneTree && otherTree);

test('a rule that saw nothing finds nothing', () => {
  assert.deepEqual(toFindings(RULE, []), []);
});

test('a finding has the id and the words of its rule, and what was seen', () => {
  const { count, places } = seen('a', 3);
  assert.deepEqual(toFindings(RULE, [seen('a', 3)]), [
    { id: 'broken', ...OWN, count, sightings: places, exemplar: null },
  ]);
});

test('sightings without words make one finding, with all places in order', () => {
  const [found, ...others] = toFindings(RULE, [
    seen('b', 2, { group: 'b' }),
    seen('a', 1, { group: 'a' }),
  ]);
  assert.deepEqual(others, []);
  assert.equal(found?.count, 6);
  assert.deepEqual(
    found?.sightings.map(({ traceId }) => traceId),
    ['b0', 'b1', 'a0'],
  );
});

test('sightings with their own words make another finding, in the order in which they come', () => {
  const found = toFindings(RULE, [
    seen('a', 1, { words: OTHER }),
    seen('b', 1),
    seen('c', 2, { words: { ...OTHER } }),
  ]);
  assert.deepEqual(
    found.map(({ id, finding, cause, fix, count }) => ({ id, finding, cause, fix, count })),
    [
      { id: 'broken', ...OTHER, count: 6 },
      { id: 'broken', ...OWN, count: 2 },
    ],
  );
});

test('words that repeat those of the rule make no other finding', () => {
  assert.equal(toFindings(RULE, [seen('a', 1), seen('b', 1, { words: { ...OWN } })]).length, 1);
});

test('a finding counts every place, and lists the first ones', () => {
  const [found] = toFindings(RULE, [seen('a', MOST_PLACES - 1), seen('b', MOST_PLACES)]);
  assert.equal(found?.count, 4 * MOST_PLACES - 2);
  assert.equal(found?.sightings.length, MOST_PLACES);
  assert.equal(found?.sightings.at(-1)?.traceId, 'b0');
});

test('a finding draws the first of its traces', () => {
  const [found] = toFindings(RULE, [
    seen('a', 1, { tree: oneTree }),
    seen('b', 1, { tree: otherTree }),
  ]);
  assert.deepEqual(found?.exemplar, createWaterfall(oneTree));
});

test('nothing is said otherwise of another system where the rule has no other words', () => {
  assert.equal(generalWordsOf(RULE), undefined);
});

test('what a rule says otherwise of another system replaces those words', () => {
  const general = { cause: OTHER.cause };
  assert.deepEqual(generalWordsOf({ ...RULE, general }), { ...OWN, cause: OTHER.cause });
});

test('words are given to what has none, and take no others’ place', () => {
  const some = [seen('a', 1), seen('b', 1, { words: OWN })];
  assert.deepEqual(
    withWords(some, OTHER).map(({ words }) => words),
    [OTHER, OWN],
  );
  assert.equal(withWords(some, undefined), some);
});
