import { spawn } from 'node:child_process';

export type Finished = Readonly<{
  /** Null where a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}>;

export type RunOptions = Readonly<{
  cwd?: string | undefined;
  env?: NodeJS.ProcessEnv | undefined;
  /** Then it is ended; by default never. */
  timeoutMs?: number;
  /** Ends it with SIGTERM, so that a test leaves no process behind. */
  signal?: AbortSignal;
}>;

/** Node's test runner takes a child that runs with this variable for another test file. */
export function childEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return { ...env, ...extra };
}

/** Runs a command without input, and returns what it said once it has ended; rejects where there is none. */
export function runToEnd(
  command: string,
  args: readonly string[],
  { cwd, env = childEnvironment(), timeoutMs, signal }: RunOptions = {},
): Promise<Finished> {
  const child = spawn(command, args, {
    cwd,
    env,
    timeout: timeoutMs,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  signal?.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...output }));
  });
}
