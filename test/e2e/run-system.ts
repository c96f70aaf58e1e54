import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Results } from '../../tools/local/results.ts';
import { ROOT } from '../rules/sources.ts';

export type Finished = Readonly<{ code: number | null; stdout: string; stderr: string }>;

/** Node's own options for a child of a test: `node --test` must not take the child for a test. */
export function childEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return { ...env, NO_COLOR: '1', ...extra };
}

/** What `npm start -- …` runs, until it ends by itself. */
export async function runStart(
  t: TestContext,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Finished> {
  const child = spawn(process.execPath, ['tools/cli/main.ts', 'up', ...args], {
    cwd: ROOT,
    env: childEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.exitCode === null && child.kill('SIGTERM'));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, stdout, stderr };
}

/** `npm start -- --once --json FILE …` and what it wrote; fails unless the exit code is `code`. */
export async function runOnce(
  t: TestContext,
  args: readonly string[],
  options: { env?: Record<string, string>; code?: number } = {},
): Promise<Finished & { results: Results }> {
  const folder = await mkdtemp(join(tmpdir(), 'once-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'out.json');
  const finished = await runStart(t, ['--once', '--json', file, ...args], options.env);
  assert.equal(
    finished.code,
    options.code ?? 0,
    `exit ${finished.code}\n${finished.stdout}\n${finished.stderr}`,
  );
  return { ...finished, results: JSON.parse(await readFile(file, 'utf8')) as Results };
}
