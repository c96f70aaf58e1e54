import { spawn } from 'node:child_process';

export type Output = Readonly<{ stdout: string; stderr: string }>;

type CommandOptions = Readonly<{
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  timeoutMs?: number;
}>;

/** Runs a command to its end; throws with what it said where it fails or takes too long. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Output> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    timeout: options.timeoutMs ?? 300_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return output;
  const tail = `${output.stdout}\n${output.stderr}`.trim().split('\n').slice(-30).join('\n');
  throw new Error(`${command} ${args.slice(0, 12).join(' ')}: exit ${code}\n${tail}`);
}
