import assert from 'node:assert/strict';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createReadBudget } from '../../../../tools/traces/sources/read-budget.ts';
import { createSleepingClock } from '../../sleeping-clock.ts';

const SIGNAL = new AbortController().signal;

async function spentFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'budget-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'cache', 'spent-p.json');
}

test('two readers at once spend one quota between them, not one each', async (t) => {
  const file = await spentFile(t);
  const clock = createSleepingClock();
  const waits: number[] = [];
  const readers = [createReadBudget({ clock, file }), createReadBudget({ clock, file })];
  // Twelve lists fill a minute; each of the two wants seven.
  await Promise.all(
    readers.map(async (budget) => {
      for (let list = 0; list < 7; list += 1) {
        await budget.take(25, SIGNAL, (ms) => waits.push(ms));
      }
    }),
  );
  assert.ok(waits.length > 0);
  assert.equal(waits[0], 61_000, 'the thirteenth list waits for the first');
});

test('a reader that was killed while it wrote holds nobody up for good', async (t) => {
  const file = await spentFile(t);
  const clock = createSleepingClock();
  await createReadBudget({ clock, file }).take(25, SIGNAL, () => {});
  await writeFile(`${file}.lock`, '');
  const longAgo = Date.now() / 1_000 - 6;
  await utimes(`${file}.lock`, longAgo, longAgo);
  const budget = createReadBudget({ clock, file });
  await budget.take(25, SIGNAL, () => assert.fail('there are units'));
  assert.equal(budget.total(), 25);
});

test('who waits for another reader can be interrupted', async (t) => {
  const file = await spentFile(t);
  const clock = createSleepingClock();
  await createReadBudget({ clock, file }).take(25, SIGNAL, () => {});
  await writeFile(`${file}.lock`, '');
  const take = createReadBudget({ clock, file }).take(
    25,
    AbortSignal.abort(new Error('stop now')),
    () => {},
  );
  await assert.rejects(take, /stop now/);
});
