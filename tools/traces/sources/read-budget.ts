import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { type Clock, sleep } from '../../../lib/clock.ts';
import { withFileLock } from './file-lock.ts';
import { isMissing, replaceFile } from './replace-file.ts';

/**
 * Cloud Trace's quota for reading, https://cloud.google.com/trace/docs/quotas: units a minute and
 * project. A COMPLETE list of up to 100 traces costs 25, one trace by id costs 1; so lists are the
 * cheaper way to read a window (5,000 traces: 1,250 units against 5,125 by list and get), and gets
 * the cheaper way to read fewer than 25 known traces.
 */
const UNITS_PER_MINUTE = 300;
export const LIST_UNITS = 25;
/** The most traces of a COMPLETE list. */
export const PAGE_TRACES = 100;
export const GET_UNITS = 1;

/** How the service slices its minutes is not documented, so every unit rests a whole one. */
const REST_MS = 61_000;

const spentUnits = z.array(z.object({ units: z.number(), returnsAtMs: z.number() }));
type Spent = z.output<typeof spentUnits>[number];

/**
 * A bucket of units, each back in the bucket a minute after it was spent. No 60 seconds ever see
 * more than the quota; a bucket that refills steadily would let twice as many through at its start.
 */
export function createReadBudget(options: {
  clock: Clock;
  unitsPerMinute?: number;
  /** Where units are written down before they are spent: those of other readers count too. */
  file?: string;
}) {
  const { clock, unitsPerMinute = UNITS_PER_MINUTE, file } = options;
  let inMemory: readonly Spent[] = [];
  let total = 0;

  /** Takes them, or says how long it is until some come back. */
  const tryTake = async (units: number): Promise<number> => {
    const all = file === undefined ? inMemory : await readSpent(file);
    const unrested = all.filter(({ returnsAtMs }) => returnsAtMs > clock.epochMs());
    const used = unrested.reduce((sum, spent) => sum + spent.units, 0);
    if (used + units > unitsPerMinute) {
      const nextMs = Math.min(...unrested.map(({ returnsAtMs }) => returnsAtMs));
      return Math.max(1, nextMs - clock.epochMs());
    }
    const spent = [...unrested, { units, returnsAtMs: clock.epochMs() + REST_MS }];
    if (file === undefined) inMemory = spent;
    else await replaceFile(file, JSON.stringify(spent));
    total += units;
    return 0;
  };

  return {
    /** Waits until the units are there and takes them. `onWait` hears how long it will be. */
    async take(units: number, signal: AbortSignal, onWait: (ms: number) => void): Promise<void> {
      if (file !== undefined) await mkdir(dirname(file), { recursive: true });
      for (;;) {
        // Between reading and writing no other reader may spend: both would see the same units.
        const waitMs =
          file === undefined
            ? await tryTake(units)
            : await withFileLock(`${file}.lock`, signal, () => tryTake(units));
        if (waitMs === 0) return;
        onWait(waitMs);
        await sleep(clock, waitMs, signal);
      }
    },
    total: () => total,
  };
}

/** Nothing where no reader was there before, or one of another version. */
async function readSpent(file: string): Promise<readonly Spent[]> {
  try {
    return spentUnits.safeParse(JSON.parse(await readFile(file, 'utf8'))).data ?? [];
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return [];
    throw error;
  }
}
