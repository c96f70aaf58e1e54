import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from './programs.ts';

const TEXT = /^(licen[cs]e|copying|notice)/i;

/** The licence texts of a package: a file, or a folder with one for each of several authors. */
export function findLicenceTexts(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((path) => TEXT.test(path.slice(folder.length + 1)))
    .sort();
}

/** The folders of the packages that ship, nested ones included. */
function readShippedFolders(): readonly string[] {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  return Object.entries<{ dev?: boolean }>(lock.packages)
    .filter(([folder, { dev }]) => folder !== '' && !dev)
    .map(([folder]) => folder);
}

/** A bundle must ship with the licences of what it was made of. */
export function copyLicences(to: string): void {
  for (const text of readShippedFolders().flatMap(findLicenceTexts)) {
    cpSync(join(ROOT, text), join(to, text));
  }
}
