import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../rules/sources.ts';
import { childEnvironment, runToEnd } from '../run-to-end.ts';

export const EXAMPLES = join(ROOT, 'test/examples');

/** Git ignores it, and it outlives a run: packages come from their registries once. */
const BUILT = join(ROOT, '.local/test-packages');

/** Packages are downloaded and compiled, on a busy machine too. */
const STEP_TIMEOUT_MS = 900_000;

const CHECKS = {
  go: ['go', 'version'],
  python: ['python3', '-c', 'import sys, pip; sys.exit(sys.version_info < (3, 10))'],
  java: ['mvn', '--version'],
} as const;

export type Toolchain = keyof typeof CHECKS;

/** Why examples of these languages cannot run here, or false. Under CI that is an error. */
export function reasonToSkip(...needed: readonly Toolchain[]): string | false {
  const missing = needed.filter((toolchain) => {
    const [command, ...args] = CHECKS[toolchain];
    return spawnSync(command, args, { stdio: 'ignore' }).status !== 0;
  });
  if (missing.length === 0) return false;
  const reason = `this machine has no ${missing.join(' and no ')}`;
  if (process.env.CI === 'true') throw new Error(`${reason}; under CI it has to be there`);
  return reason;
}

export type Step = (
  command: string,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
) => Promise<void>;

/**
 * A folder that `build` has filled, and that stays while the inputs are the same. Two that build at the
 * same time come to the same folder.
 */
export async function built(
  name: string,
  inputs: readonly string[],
  build: (folder: string, step: Step) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  for (const path of inputs) hash.update(`${path}\0`).update(readFileSync(join(ROOT, path)));
  const folder = join(BUILT, `${name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  await mkdir(BUILT, { recursive: true });
  const unfinished = await mkdtemp(join(BUILT, 'building-'));
  const step: Step = async (command, args, env = {}) => {
    const { code, stdout, stderr } = await runToEnd(command, args, {
      cwd: unfinished,
      env: childEnvironment(env),
      timeoutMs: STEP_TIMEOUT_MS,
    });
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  };
  try {
    await build(unfinished, step);
    await rename(unfinished, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}
