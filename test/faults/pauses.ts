import { setTimeout as sleep } from 'node:timers/promises';
import type { ProgramName } from '../../tools/local/platforms/platform.ts';
import { finishedRuns } from './load.ts';
import { until } from './strikes.ts';
import type { System } from './system.ts';

/**
 * Client closes a connection that is idle for 5 s. Loadgen without CPU does not see that, and may send a
 * request there before it does. It repeats none.
 */
export const CLOSED_MEANWHILE = 'reset';

const PROGRAMS: readonly ProgramName[] = ['server', 'client', 'loadgen'];

/**
 * SIGSTOP and SIGCONT, one program after the other, once the requests of the last one are over, and
 * each in the middle of a run: loadgen refuses a post that it cannot read within 10 s.
 */
export async function pauseEach(
  system: System,
  { names = PROGRAMS, seconds }: { names?: readonly ProgramName[]; seconds: number },
): Promise<void> {
  const { server } = system.programs;
  const runs = () => finishedRuns(system).length;
  for (const name of names) {
    const program = system.programs[name];
    const logged = server.lines.length;
    await until('server has answered', () => server.lines.length > logged + 2);
    program.freeze();
    await sleep(seconds * 1_000);
    const before = runs();
    program.thaw();
    await until('a run ends', () => runs() > before);
  }
}
