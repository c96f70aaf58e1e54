/** A process for one row: `measure-row.ts NAME quick|full SEED`. Sends the row's lines. */

import { interleave } from './interleave.ts';
import { outcomeOf } from './outcome.ts';
import type { Row } from './row.ts';

/** How long rounds go on, once there are `fewest`: fewer than three say little about the spread. */
const LIMITS = {
  quick: { fewest: 1, timeMs: 12_000 },
  full: { fewest: 3, timeMs: 180_000 },
} as const;

const [name = '', form, seed] = process.argv.slice(2);
const quick = form === 'quick';
const { row } = (await import(`./rows/${name}.ts`)) as { row: Row };
const opened = await row.open({ quick, seed: Number(seed) });
try {
  const startMs = performance.now();
  const { fewest, timeMs } = LIMITS[quick ? 'quick' : 'full'];
  const samples = await interleave(opened, {
    rounds: row.rounds[quick ? 'quick' : 'full'],
    fewest,
    isTimeOut: () => performance.now() - startMs > timeMs,
  });
  process.send?.(opened.figures.map((figure) => outcomeOf(name, figure, samples)));
} catch (error) {
  process.stderr.write(`${name}: ${(error as Error).message}\n`);
  process.exitCode = 1;
} finally {
  await opened.close?.();
  process.disconnect?.();
}
