import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Misses } from '../../../../tools/traces/sources/misses.ts';

const AGAIN = 2_000;

/** How many of so many looks at a place were made. */
function looks(misses: Misses, place: number, isNew: boolean): number {
  let made = 0;
  for (let time = 0; time < AGAIN; time += 1) {
    if (misses.isHopeless(place)) continue;
    made += 1;
    misses.see(place, isNew);
  }
  return made;
}

test('where all is new few looks are made, and all again once something repeats', () => {
  const misses = new Misses();
  const made = looks(misses, 3, true);
  assert.ok(made > 64 && made < 80, `${made}`);
  assert.ok(looks(misses, 3, false) > AGAIN - 600);
  assert.equal(looks(misses, 3, false), AGAIN);
});

test('a place knows nothing of another one, and what repeats now and then is looked at', () => {
  const misses = new Misses();
  looks(misses, 0, true);
  assert.equal(looks(misses, 1, false), AGAIN);
  for (let time = 0; time < AGAIN; time += 1) {
    assert.equal(misses.isHopeless(2), false);
    misses.see(2, time % 60 !== 0);
  }
});
