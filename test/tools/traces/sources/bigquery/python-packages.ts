import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT } from '../../../../rules/sources.ts';
import { childEnvironment, runToEnd } from '../../../../run-to-end.ts';

const INSTALL_TIMEOUT_MS = 600_000;

/** Why there is no Python for these tests, or false. Under CI, which has it, that is an error. */
export function reasonToSkip(purpose: string): string | false {
  if (findPython() !== undefined) return false;
  const reason = `no Python 3.11 or newer with pip, which ${purpose}`;
  if (process.env.CI === 'true') throw new Error(`${reason}; under CI it has to be there`);
  return reason;
}

export function findPython(): string | undefined {
  const isNew = 'import sys, pip; sys.exit(sys.version_info < (3, 11))';
  return ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11'].find(
    (name) => spawnSync(name, ['-c', isNew], { stdio: 'ignore' }).status === 0,
  );
}

/**
 * Installs the packages once, and returns their folder: the packages are below `site`. `prepare` is a
 * program that gets the folder `home`. A second test that installs at the same time comes to the same.
 */
export async function installPackages(
  python: string,
  packages: readonly string[],
  prepare?: string,
): Promise<string> {
  const name = packages.join('_').replaceAll('==', '-');
  const target = join(ROOT, '.local/test-packages', name);
  if (existsSync(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  const folder = await mkdtemp(join(dirname(target), 'installing-'));
  try {
    const run = async (...args: readonly string[]) => {
      const env = childEnvironment({ PYTHONPATH: join(folder, 'site') });
      const { code, stdout, stderr } = await runToEnd(python, args, {
        env,
        timeoutMs: INSTALL_TIMEOUT_MS,
      });
      if (code !== 0) throw new Error(`${python} ${args[0]} failed:\n${stdout}${stderr}`);
    };
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
    await run('-m', 'pip', 'install', ...quiet, '--target', join(folder, 'site'), ...packages);
    if (prepare !== undefined) await run('-c', prepare, join(folder, 'home'));
    await rename(folder, target).catch((error) => {
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return target;
}
