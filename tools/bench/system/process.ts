import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../../local/platforms/environment.ts';
import { ask } from './channel.ts';

export type Usage = Readonly<{
  cpuMs: number;
  peakMb: number;
  /** All that JavaScript has allocated, whether or not it is in use. */
  allocatedKb: number;
}>;

export type BenchProcess = Readonly<{
  ask<Result>(what: string, about?: unknown): Promise<Result>;
  usage(): Promise<Usage>;
  /** SIGTERM, SIGKILL where that takes long. */
  stop(): Promise<void>;
}>;

const KILL_AFTER_MS = 30_000;
const USAGE = join(import.meta.dirname, 'usage.ts');

/** `node ARGS`, which tells its usage. */
export function startProcess(
  args: readonly string[],
  { env, cwd = REPOSITORY }: { env?: Readonly<Record<string, string>>; cwd?: string } = {},
): BenchProcess & Readonly<{ child: ChildProcess }> {
  const child = spawn(process.execPath, ['--import', USAGE, ...args], {
    cwd,
    ...(env && { env: { ...env } }),
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  // Whatever it logs must not fill the pipe.
  child.stdout?.resume();
  let stopping = false;
  child.once('exit', (code, signal) => {
    if (!stopping) process.stderr.write(`${args.at(-1)} ended: ${signal ?? code}\n`);
  });
  const ended = once(child, 'exit');
  return {
    child,
    ask: (what, about) => ask(child, what, about),
    usage: () => ask<Usage>(child, 'usage'),
    async stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      await ended;
      clearTimeout(kill);
    },
  };
}

/** The port of a program's log line 'listening'. */
export function listeningPort(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let text = '';
  const read = (chunk: string) => {
    text += chunk;
    const line = text
      .split('\n')
      .find((each) => each.endsWith('}') && each.includes('"listening"'));
    if (line === undefined) return;
    child.stdout?.off('data', read).resume();
    resolve(Number(JSON.parse(line).port));
  };
  child.stdout?.setEncoding('utf8').on('data', read);
  child.once('exit', (code) => reject(new Error(`a program ended with ${code}: ${text}`)));
  return promise;
}

/** Linux counts it in hundredths of a second. NaN elsewhere, and where the process has ended. */
export function cpuMsOf(pid: number | undefined): number {
  try {
    // The name, in brackets, may hold spaces. Then: state, and utime and stime as 12th and 13th.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}

export const sumUsage = (usages: readonly Usage[]): Usage => ({
  cpuMs: usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  peakMb: usages.reduce((sum, { peakMb }) => sum + peakMb, 0),
  allocatedKb: usages.reduce((sum, { allocatedKb }) => sum + allocatedKb, 0),
});
