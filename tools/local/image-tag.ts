import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What an image of the programs holds. */
const SHIPPED = ['functions', 'services', 'lib', 'proto', 'package-lock.json'] as const;

/**
 * `local-` and a hash of what ships: runs of the same code carry the same tag, also on another day,
 * and a change of the code is another image.
 */
export function imageTagOf(root: string): string {
  const hash = createHash('sha256');
  for (const path of SHIPPED.flatMap((name) => filesBelow(root, name))) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  }
  return `local-${hash.digest('hex').slice(0, 8)}`;
}

/** The file, or every file below the folder, as paths from the root, sorted. */
function filesBelow(root: string, name: string): readonly string[] {
  if (name.includes('.')) return [name];
  return readdirSync(join(root, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name: file }) => join(parentPath, file).slice(join(root, '/').length))
    .sort();
}
