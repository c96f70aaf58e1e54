import { setTimeout as sleep } from 'node:timers/promises';
import type { ProgramName } from '../../tools/local/platforms/platform.ts';
import { finishedRuns } from './load.ts';
import { until } from './strikes.ts';
import type { System } from './system.ts';

const PROGRAMS: readonly ProgramName[] = ['server', 'client', 'loadgen'];

/** SIGSTOP and SIGCONT, one program after the other, once the requests of the last one are over. */
export async function pauseEach(
  system: System,
  { names = PROGRAMS, seconds }: { names?: readonly ProgramName[]; seconds: number },
): Promise<void> {
  const runs = () => finishedRuns(system).length;
  for (const name of names) {
    const program = system.programs[name];
    program.freeze();
    await sleep(seconds * 1_000);
    const before = runs();
    program.thaw();
    await until('a run ends', () => runs() > before);
  }
}
