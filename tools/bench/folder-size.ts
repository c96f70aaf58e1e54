import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of a file, or of all files of a folder. */
export function sizeOf(path: string): number {
  const found = lstatSync(path);
  if (!found.isDirectory()) return found.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

export type PackageSize = Readonly<{ name: string; bytes: number }>;

/** Every package that lies in a node_modules itself, the heaviest first. */
export function packageSizes(modules: string): readonly PackageSize[] {
  const names = readdirSync(modules).flatMap((name) => {
    if (name.startsWith('.')) return [];
    if (!name.startsWith('@')) return [name];
    return readdirSync(join(modules, name)).map((scoped) => `${name}/${scoped}`);
  });
  return names
    .filter((name) => existsSync(join(modules, name, 'package.json')))
    .map((name) => ({ name, bytes: sizeOf(join(modules, name)) }))
    .toSorted((a, b) => b.bytes - a.bytes);
}
