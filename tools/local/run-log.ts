import { appendFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogLine } from './platforms/platform.ts';

/** The file with all that the terminal leaves out. It stays when the run has ended. */
export type RunLog = Readonly<{
  add(entry: LogLine): void;
  /** undefined while there was nothing to write. */
  path(): string | undefined;
}>;

/** One JSON object a line, as the program wrote it. `onFirst` gets the path with the first line. */
export function createRunLog(onFirst: (path: string) => void, directory = tmpdir()): RunLog {
  let path: string | undefined;
  return {
    add({ platform, program, instanceId, line }) {
      const first = path === undefined;
      path ??= join(mkdtempSync(join(directory, 'shakesapp-')), 'failures.log');
      // Synchronous: such lines are few, and the last one must not be lost.
      appendFileSync(path, `${JSON.stringify({ platform, program, instanceId, line })}\n`);
      if (first) onFirst(path);
    },
    path: () => path,
  };
}
