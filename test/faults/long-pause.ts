import type { ProgramName } from '../../tools/local/platforms/platform.ts';
import type { faultRow } from './harness.ts';
import { loadUntilOver } from './load.ts';
import { pauseEach } from './pauses.ts';

/**
 * A row longer than every deadline: `SERVER_DEADLINE_MS` is 50 s here, a request of loadgen's has 60 s.
 * Files run at the same time and rows of one file do not, so each of these rows has a file.
 */
export function longPause(
  name: ProgramName,
  documented: readonly string[],
): Parameters<typeof faultRow>[0] {
  return {
    name: `${name} has no CPU for 120 s, and requests fail at their deadline`,
    load: loadUntilOver(10),
    fault: {
      afterSeconds: 1,
      start: (system) => pauseEach(system, { names: [name], seconds: 120 }),
    },
    expect: { documented },
  };
}
