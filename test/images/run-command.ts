import { runToEnd } from '../run-to-end.ts';

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
  { cwd, env = process.env, timeoutMs = 300_000 }: CommandOptions = {},
): Promise<Output> {
  const { code, stdout, stderr } = await runToEnd(command, args, { cwd, env, timeoutMs });
  if (code === 0) return { stdout, stderr };
  const tail = `${stdout}\n${stderr}`.trim().split('\n').slice(-30).join('\n');
  throw new Error(`${command} ${args.slice(0, 12).join(' ')}: exit ${code}\n${tail}`);
}
