import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Results } from '../../tools/local/results.ts';
import { childEnvironment, type Finished } from '../run-to-end.ts';
import { runCli } from '../tools/cli/run-cli.ts';

/** What `npm start -- …` runs, until it ends by itself. */
export function runStart(
  t: TestContext,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Finished> {
  const ended = new AbortController();
  t.after(() => ended.abort());
  return runCli(['up', ...args], {
    env: childEnvironment({ NO_COLOR: '1', ...env }),
    signal: ended.signal,
  });
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
