import { type System, withScript } from './system.ts';
import { countDescriptors } from './vitals.ts';

/** What a process holds right after garbage collections, so that garbage is not taken for a leak. */
export type Held = Readonly<{
  name: string;
  seconds: number;
  /** The heap and what it points to outside. */
  liveMb: number;
  residentMb: number;
  descriptors: number | undefined;
}>;

const MESSAGE = 'memory after collections';
/**
 * What is reached by a weak reference, such as the signals of the last run's requests, goes only with
 * the second collection: after one alone, readings differ by 2 MB.
 */
const ON_SIGNAL = `
  process.on('SIGHUP', async () => {
    for (let round = 0; round < 3; round++) {
      gc();
      await new Promise(setImmediate);
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    console.log(JSON.stringify({ message: '${MESSAGE}', live: heapUsed + external, rss }));
  });
`;

/** For the programs of a row that calls readMemory. */
export const MEASURED = { NODE_OPTIONS: `${withScript(ON_SIGNAL)} --expose-gc` };

/** Of the three programs, one after the other. */
export async function readMemory({ programs }: System): Promise<readonly Held[]> {
  const all: Held[] = [];
  for (const program of Object.values(programs)) {
    const { live, rss } = await program.answer('SIGHUP', MESSAGE);
    all.push({
      name: program.name,
      seconds: performance.now() / 1_000,
      liveMb: Number(live) / 1_000_000,
      residentMb: Number(rss) / 1_000_000,
      descriptors: countDescriptors(program.pid),
    });
  }
  return all;
}

/** Least squares: what `value` gains a minute. */
export function slopePerMinute(held: readonly Held[], value: (of: Held) => number): number {
  const mean = (of: (one: Held) => number) =>
    held.reduce((sum, one) => sum + of(one), 0) / held.length;
  const meanSeconds = mean(({ seconds }) => seconds);
  const meanValue = mean(value);
  const covariance = mean((one) => (one.seconds - meanSeconds) * (value(one) - meanValue));
  const variance = mean(({ seconds }) => (seconds - meanSeconds) ** 2);
  return (covariance / variance) * 60;
}
