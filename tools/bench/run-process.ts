import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export type Usage = Readonly<{ wallMs: number; cpuMs: number; peakMb: number }>;
export type Finished = Readonly<{ code: number; stdout: string; usage: Usage }>;

/** Makes a Node say on standard error what it took, when it ends. */
export const REPORT = pathToFileURL(join(import.meta.dirname, 'report-usage.mjs')).href;
/** As people run it, with the compile cache that it keeps. */
export const COMMAND_LINE = join(import.meta.dirname, '../cli/bin.mjs');

/**
 * `node ARGS` to its end, with what it took together with every Node that it started. Rejects where it
 * was killed or exits with 2 or more.
 */
export function runProcess(
  args: readonly string[],
  { heapMb }: { heapMb?: number | undefined } = {},
): Promise<Finished> {
  const heap = heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`];
  const env = { ...process.env, NODE_OPTIONS: [...heap, `--import=${REPORT}`].join(' ') };
  const { promise, resolve, reject } = Promise.withResolvers<Finished>();
  execFile(process.execPath, args, { maxBuffer: 1e9, env }, (error, stdout, stderr) => {
    const code = error === null ? 0 : error.code;
    if (code !== 0 && code !== 1) return reject(error);
    resolve({ code, stdout, usage: usageOf(stderr) });
  });
  return promise;
}

/** Each process says its own as it ends, the first one last; NaN where none did. */
export function usageOf(stderr: string): Usage {
  const each = [...stderr.matchAll(/^\{"wallMs":\d+,"cpuMs":\d+,"peakMb":\d+\}$/gm)].map(
    ([line]) => JSON.parse(line) as Usage,
  );
  return {
    wallMs: each.at(-1)?.wallMs ?? Number.NaN,
    cpuMs: each.length === 0 ? Number.NaN : each.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    peakMb: each.reduce((sum, { peakMb }) => sum + peakMb, 0),
  };
}
