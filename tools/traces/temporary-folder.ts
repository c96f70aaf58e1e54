import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder that is gone when the process ends. */
export function createTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shakesapp-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
