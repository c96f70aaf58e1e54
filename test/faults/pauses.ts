import { setTimeout as sleep } from 'node:timers/promises';
import type { ProgramName } from '../../tools/local/platforms/platform.ts';
import { until } from './strikes.ts';
import type { System } from './system.ts';

const PROGRAMS: readonly ProgramName[] = ['server', 'client', 'loadgen'];

/** SIGSTOP and SIGCONT, one program after the other, once the requests of the last one are over. */
export async function pauseEach(
  { programs }: System,
  { names = PROGRAMS, seconds }: { names?: readonly ProgramName[]; seconds: number },
): Promise<void> {
  const runs = () =>
    programs.loadgen.lines.filter(
      (line) => typeof line !== 'string' && line.message === 'run finished',
    ).length;
  for (const name of names) {
    programs[name].freeze();
    await sleep(seconds * 1_000);
    const before = runs();
    programs[name].thaw();
    await until('a run ends', () => runs() > before);
  }
}
