import { execFile } from 'node:child_process';
import { ROOT } from '../../rules/sources.ts';

export type Finished = Readonly<{ code: number | null; stdout: string; stderr: string }>;

/** `npx shakesapp …` on this Node, until it ends; `env` on top of this environment. */
export function runCli(
  args: readonly string[],
  options: Readonly<{ env?: NodeJS.ProcessEnv; cwd?: string }> = {},
): Promise<Finished> {
  const { NODE_TEST_CONTEXT: _, ...own } = process.env;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [`${ROOT}/tools/cli/main.ts`, ...args],
      { cwd: options.cwd ?? ROOT, env: options.env ?? own, maxBuffer: Infinity },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}
