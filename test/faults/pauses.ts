import { setTimeout as sleep } from 'node:timers/promises';
import type { ProgramName } from '../../tools/local/platforms/platform.ts';
import type { System } from './system.ts';

const PROGRAMS: readonly ProgramName[] = ['server', 'client', 'loadgen'];

/** SIGSTOP and SIGCONT, one program after the other. */
export async function pauseEach(
  { programs }: System,
  { names = PROGRAMS, seconds }: { names?: readonly ProgramName[]; seconds: number },
): Promise<void> {
  for (const name of names) {
    programs[name].freeze();
    await sleep(seconds * 1_000);
    programs[name].thaw();
  }
}
