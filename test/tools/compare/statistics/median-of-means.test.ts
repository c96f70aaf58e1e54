import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../../lib/random.ts';
import { medianOfMeans } from '../../../../tools/compare/statistics/median-of-means.ts';

/** As the definition has it. */
function byDefinition(sorted: readonly number[]): number {
  const means = sorted
    .flatMap((one, index) => sorted.slice(index).map((other) => (one + other) / 2))
    .sort((one, other) => one - other);
  const middle = means.length >> 1;
  const upper = means[middle] as number;
  return means.length % 2 === 1 ? upper : ((means[middle - 1] as number) + upper) / 2;
}

const SHAPES: Readonly<Record<string, (random: () => number) => number>> = {
  even: (random) => random() * 10,
  'with many ties': (random) => Math.floor(random() * 4),
  equal: () => 5,
  'with far outliers': (random) => 1 / (1e-9 + random()),
  'of both signs': (random) => (random() - 0.5) * 1e300,
};

for (const [name, draw] of Object.entries(SHAPES)) {
  test(`of values that are ${name}, it is the median of all pairs' means to the last bit`, () => {
    const random = createRandom(7);
    for (let round = 0; round < 400; round += 1) {
      const values = Array.from({ length: 1 + (round % 41) }, () => draw(random));
      const sorted = values.sort((one, other) => one - other);
      assert.equal(medianOfMeans(sorted), byDefinition(sorted), JSON.stringify(sorted));
    }
  });
}
