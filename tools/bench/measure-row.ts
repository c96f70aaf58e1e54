/** A process for one row: `measure-row.ts NAME quick|full SEED`. Sends the row's lines. */

import { interleave } from './interleave.ts';
import { outcomeOf } from './outcome.ts';
import type { Row } from './row.ts';
import { runCommand } from './run-command.ts';
import { startBenchSystem } from './system/bench-system.ts';
import { buildPrograms } from './system/built-programs.ts';

/** How long rounds go on, once there are `fewest`: fewer than three say little about the spread. */
const LIMITS = {
  quick: { fewest: 1, timeMs: 5_000 },
  full: { fewest: 3, timeMs: 120_000 },
} as const;

const [name = '', form, seed] = process.argv.slice(2);
const quick = form === 'quick';

const interrupted = new Promise<never>((_, reject) => {
  const stop = () => reject(new Error('interrupted'));
  process.on('SIGTERM', stop);
  // Also where the command line itself was killed.
  process.once('disconnect', stop);
});
interrupted.catch(() => {});

async function measure(): Promise<void> {
  const { row } = (await import(`./rows/${name}.ts`)) as { row: Row };
  const starters = { startSystem: startBenchSystem, buildPrograms, runCommand };
  const opened = await Promise.race([
    row.open({ quick, seed: Number(seed), ...starters }),
    interrupted,
  ]);
  try {
    const startMs = performance.now();
    const { fewest, timeMs } = LIMITS[quick ? 'quick' : 'full'];
    const measuring = interleave(opened, {
      rounds: row.rounds[quick ? 'quick' : 'full'],
      fewest,
      isTimeOut: () => performance.now() - startMs > timeMs,
    });
    const samples = await Promise.race([measuring, interrupted]);
    process.send?.(opened.figures.map((figure) => outcomeOf(name, figure, samples)));
  } finally {
    await opened.close?.();
  }
}

try {
  await measure();
} catch (error) {
  process.stderr.write(`${name}: ${(error as Error).message}\n`);
  // What it started may still run; it ends with the channel to this process.
  process.exit(1);
}
process.removeAllListeners('disconnect');
process.disconnect?.();
