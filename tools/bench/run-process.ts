import { execFile } from 'node:child_process';
import { join } from 'node:path';

export type Usage = Readonly<{ wallMs: number; cpuMs: number; peakMb: number }>;
export type Finished = Readonly<{ code: number; stdout: string; usage: Usage }>;

const REPORT = join(import.meta.dirname, 'report-usage.mjs');
/** As people run it, with the compile cache that it keeps. */
export const COMMAND_LINE = join(import.meta.dirname, '../cli/bin.mjs');

/** `node ARGS` to its end, with what it took. Rejects where it was killed or exits with 2 or more. */
export function runProcess(
  args: readonly string[],
  { heapMb }: { heapMb?: number | undefined } = {},
): Promise<Finished> {
  const heap = heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`];
  const { promise, resolve, reject } = Promise.withResolvers<Finished>();
  execFile(
    process.execPath,
    [...heap, '--import', REPORT, ...args],
    { maxBuffer: 1e9 },
    (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (code !== 0 && code !== 1) return reject(error);
      const usage = JSON.parse(stderr.trim().split('\n').at(-1) ?? '{}') as Usage;
      resolve({ code, stdout, usage });
    },
  );
  return promise;
}
