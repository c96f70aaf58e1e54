import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { formatMs } from '../cli/format.ts';

/** How many times slower this machine is than a quiet laptop, as last measured. */
export type Slowness = Readonly<{
  /** From 1 to `MOST`; local deadlines are so many times as long. */
  factor(): number;
  /**
   * Measures again, unless the last measurement is a few seconds old; resolves with a sentence where
   * the factor has doubled since the last one.
   */
  measure(): Promise<string | undefined>;
}>;

/** How long Node takes from its start to its first line on a quiet laptop; 35 ms on a fast one. */
const NOMINAL_MS = 60;

/** Below that a run looks as on a quiet laptop, and there is nothing to explain. */
const SAID_FROM = 3;

/** Beyond that a run is of no use, and the programs' own limits are reached. */
const MOST = 60;

/** The busy moments of a machine come and go: the slowest of the last measurements counts. */
const KEPT = 3;

/** A short run on a quiet machine ends within it, so its runs follow each other at once. */
const FRESH_MS = 5_000;

/**
 * Deadlines of a healthy cloud, such as 10 s for a call of the server, fail on a machine that is
 * busy with something else. How busy it is shows in the time that a bare Node takes to start: that
 * is processor time, and waiting for a processor, and hardly anything else.
 */
export function createSlowness(
  startNodeMs: () => Promise<number> = measureNodeStart,
  clock: Pick<Clock, 'nowMs'> = systemClock,
): Slowness {
  let measured: readonly number[] = [];
  let measuredAtMs = Number.NEGATIVE_INFINITY;
  let said = 1;
  const slowestMs = () => Math.max(NOMINAL_MS, ...measured);
  const factor = () => Math.min(MOST, Math.max(1, Math.round(slowestMs() / NOMINAL_MS)));
  return {
    factor,
    async measure() {
      if (clock.nowMs() - measuredAtMs < FRESH_MS) return undefined;
      measured = [...measured, await startNodeMs()].slice(-KEPT);
      measuredAtMs = clock.nowMs();
      if (factor() < Math.max(SAID_FROM, 2 * said)) return undefined;
      said = factor();
      return (
        `busy or slow machine (Node starts in ${formatMs(slowestMs())}): local deadlines are ${said} times ` +
        'as long,\nso that requests do not fail because the machine is slow. You need not do anything.'
      );
    },
  };
}

/** The slower of two: one may slip through between what keeps the machine busy. */
async function measureNodeStart(): Promise<number> {
  return Math.max(...(await Promise.all([startNode(), startNode()])));
}

/** By the clock of the Node that starts: this process may be too busy to see it end. */
async function startNode(): Promise<number> {
  const script = `require('node:fs').writeSync(1, String(Date.now() - ${Date.now()}))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [said] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return Number(said);
}
