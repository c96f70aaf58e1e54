import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './images/run-command.ts';

const ROOT = join(import.meta.dirname, '..');

/** What git tracks or would, without what git ignores. */
export async function listFiles(): Promise<readonly string[]> {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await runCommand('git', args, { cwd: ROOT });
  return stdout.split('\n').filter((line) => line !== '');
}

/** The repository as a user has it, in a temporary folder. */
export async function copyRepository(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shakesapp-copy-'));
  for (const file of await listFiles()) {
    await cp(join(ROOT, file), join(folder, file)).catch(ignoreMissing);
  }
  return folder;
}

/** A file that was deleted and not committed yet. */
function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
