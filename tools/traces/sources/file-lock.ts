import { open, rm, stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { isMissing } from './replace-file.ts';

const TRY_AGAIN_MS = 10;
/** A holder needs milliseconds; one that was killed meanwhile never gives it back. */
const ABANDONED_AFTER_MS = 5_000;

/** Runs while no other process and no other caller runs under the same lock file. */
export async function withFileLock<T>(
  file: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  while (!(await tryCreate(file))) {
    await removeAbandoned(file);
    signal.throwIfAborted();
    await setTimeout(TRY_AGAIN_MS);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function tryCreate(file: string): Promise<boolean> {
  try {
    await (await open(file, 'wx')).close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function removeAbandoned(file: string): Promise<void> {
  try {
    const ageMs = Date.now() - (await stat(file)).mtimeMs;
    if (ageMs > ABANDONED_AFTER_MS) await rm(file, { force: true });
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
