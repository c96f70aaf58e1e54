import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interleave } from '../../../tools/bench/interleave.ts';

function recorder(answers: Readonly<Record<string, readonly unknown[]>>) {
  const order: string[] = [];
  const variants = Object.fromEntries(
    Object.entries(answers).map(([name, given]) => {
      let runs = 0;
      const run = () => {
        order.push(name);
        const answer = given[Math.min(runs, given.length - 1)];
        runs += 1;
        return { metrics: { ms: runs }, answer };
      };
      return [name, { run }];
    }),
  );
  const check = (answer: unknown) => (answer === 'right' ? undefined : String(answer));
  return { order, opened: { variants, check } };
}

const NEVER = { fewest: 1, isTimeOut: () => false };

test('variants run in turns, and the round that warms up does not count', async () => {
  const { order, opened } = recorder({ a: ['right'], b: ['right'] });
  const samples = await interleave(opened, { rounds: 2, ...NEVER });
  assert.equal(order.join(' '), 'a b a b a b');
  assert.deepEqual(
    samples.b?.map(({ metrics }) => metrics.ms),
    [2, 3],
  );
});

test('a wrong answer fails the row, in whichever round it comes', async () => {
  for (const given of [['wrong'], ['right', 'right', 'wrong']]) {
    const { opened } = recorder({ slow: ['right'], fast: given });
    await assert.rejects(interleave(opened, { rounds: 3, ...NEVER }), /fast answered wrong: wrong/);
  }
});

test('once the time is out no round starts, but for the fewest that a row needs', async () => {
  const { opened } = recorder({ a: ['right'] });
  const samples = await interleave(opened, { rounds: 10, fewest: 3, isTimeOut: () => true });
  assert.equal(samples.a?.length, 3);
});
