import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');

export type Source = Readonly<{ path: string; content: string }>;

/** Every file of TypeScript or CommonJS below the folders, with its path from the project's root. */
export function readSources(...folders: string[]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|cjs)$/.test(entry.name))
      .map((entry) => {
        const file = join(entry.parentPath, entry.name);
        return { path: relative(ROOT, file), content: readFileSync(file, 'utf8') };
      }),
  );
}

/** Paths from the project's root that the file imports, statically or not, types included. */
export function readImports(source: Source): string[] {
  const specifiers = [
    ...source.content.matchAll(/(?:from|import|require)\s*\(?\s*['"](\.[^'"]+)['"]/g),
  ].map((match) => match[1] ?? '');
  return specifiers.map((specifier) =>
    relative(ROOT, resolve(ROOT, dirname(source.path), specifier)),
  );
}
