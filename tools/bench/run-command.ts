import { spawn } from 'node:child_process';
import { once } from 'node:events';

export type Ran = Readonly<{
  code: number | null;
  stdout: string;
  stderr: string;
  wallMs: number;
}>;

export type RunCommand = (
  command: string,
  args: readonly string[],
  options: Readonly<{ cwd: string; env?: Readonly<Record<string, string>> }>,
) => Promise<Ran>;

/** To its end, without input; `env` is added to that of this process. */
export const runCommand: RunCommand = async (command, args, { cwd, env }) => {
  const startMs = performance.now();
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const read = async (stream: typeof child.stdout) => Buffer.concat(await stream.toArray());
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close'),
    read(child.stdout),
    read(child.stderr),
  ]);
  const wallMs = performance.now() - startMs;
  return { code, stdout: stdout.toString(), stderr: stderr.toString(), wallMs };
};
