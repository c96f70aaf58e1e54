import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../../lib/random.ts';
import { recordOf } from '../../../../tools/bench/simulate.ts';
import { chooseDesign } from '../../../../tools/compare/statistics/design.ts';
import { compareFigures } from '../../../../tools/compare/statistics/figures.ts';
import { testOverall } from '../../../../tools/compare/statistics/overall.ts';

const random = createRandom(7);
const sideOf = (side: 'a' | 'b') =>
  Array.from({ length: 600 }, (_, index) => {
    const [run, sequence] = [Math.floor(index / 20), index % 20];
    const latencyMs = 10 + 5 * random();
    const record = recordOf({ side, run, sequence, paired: true, hops: [], latencyMs });
    return { ...record, error: random() < 0.05 ? '503' : null };
  });
const records = { a: sideOf('a'), b: sideOf('b') };
const design = chooseDesign(records.a, records.b);
const tested = testOverall(design);
const at = (alpha: number) =>
  compareFigures(records, {
    ...{ design, tested, against: null, alpha },
    ofWindow: { a: null, b: null },
  });

test('at a smaller alpha every interval is wider, and no estimate or verdict is another', () => {
  const [usual, strict] = [at(0.05), at(0.05 / 4)];
  for (const of of [
    ({ overall }: typeof usual) => overall.ratio,
    ({ overall }: typeof usual) => overall.differenceMs,
    ({ tails }: typeof usual) => tails[1]?.ratio,
    ({ tails }: typeof usual) => tails[1]?.b,
    ({ errorRates }: typeof usual) => errorRates.difference,
  ]) {
    const [one, other] = [of(usual), of(strict)];
    assert.equal(other?.p50, one?.p50);
    assert.ok((other?.low ?? 0) < (one?.low ?? 0), JSON.stringify([one, other]));
    assert.ok((other?.high ?? 0) > (one?.high ?? 0), JSON.stringify([one, other]));
  }
  assert.equal(strict.overall.verdict, usual.overall.verdict);
});
