import type { Process } from './process.ts';
import { holdsWithin } from './strikes.ts';
import type { System } from './system.ts';
import { countDescriptors } from './vitals.ts';

/** A socket that is being replaced, and those of a request that is being answered. */
export const SPARE_DESCRIPTORS = 3;
/** Loadgen keeps an idle connection for 4 s; a busy machine has far longer. */
const SETTLED_WITHIN_SECONDS = 120;

/** How many descriptors a process has: warm, before the load, and again when all is over. */
export type HeldDescriptors = Readonly<{ name: string; warm: number; over: number }>;

/** Back to what it was, but for what is spare. */
export const isFlat = ({ warm, over }: HeldDescriptors): boolean =>
  over <= warm + SPARE_DESCRIPTORS;

/**
 * Counts what the processes that run now have open. The function that it returns waits until those
 * of them that still run have no more than that, and says what they have then. Connections that are
 * idle are closed meanwhile, by their own timers or here. A process that the row replaces does not
 * count.
 */
export function watchDescriptors(system: System): () => Promise<readonly HeldDescriptors[]> {
  const { links, backends } = system;
  const all = Object.values(system.programs).map((program) => {
    const idle = program.name === 'server' ? links.storage.connections().open : 0;
    return { program, warm: descriptorsOf(program) - idle };
  });
  const read = (): readonly HeldDescriptors[] =>
    all
      .filter(({ program }) => program.isAlive())
      .map(({ program, warm }) => ({ name: program.name, warm, over: descriptorsOf(program) }));
  return async () => {
    let held = read();
    await holdsWithin(SETTLED_WITHIN_SECONDS, () => {
      // Storage keeps an idle connection for minutes. One that waits for an answer stays.
      backends.storage.closeIdle();
      held = read();
      return held.every(isFlat);
    });
    return held;
  };
}

/** 0 where the system does not say (not Linux): then nothing is checked. */
const descriptorsOf = ({ pid }: Process) => countDescriptors(pid) ?? 0;
