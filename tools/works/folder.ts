import { opendir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** One text, by its name in a bucket or its path in a folder. */
export type Text = Readonly<{ name: string; bytes: Buffer }>;

const MAX_FILES = 2_000;
const MAX_TOTAL_BYTES = 256 * 1024 * 1024;

/**
 * All regular files of a folder and its subfolders, named by their path in it; hidden files and
 * links are skipped. Bounded, so that a wrong folder ends in an error instead of filling the memory.
 */
export async function readFolder(folder: string): Promise<readonly Text[]> {
  const texts: Text[] = [];
  let totalBytes = 0;
  const visit = async (directory: string): Promise<void> => {
    for await (const entry of await opendir(directory)) {
      if (entry.name.startsWith('.')) continue;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) await visit(path);
      if (!entry.isFile()) continue;
      const bytes = await readFile(path);
      totalBytes += bytes.length;
      if (texts.length >= MAX_FILES || totalBytes > MAX_TOTAL_BYTES) {
        throw new Error(
          `${folder} contains more than ${MAX_FILES} files or ${MAX_TOTAL_BYTES / 1024 / 1024} MiB; name a folder that contains only the texts`,
        );
      }
      texts.push({ name: relative(folder, path).split(sep).join('/'), bytes });
    }
  };
  await visit(folder);
  if (texts.length === 0) throw new Error(`${folder} contains no files`);
  return texts.sort((a, b) => (a.name < b.name ? -1 : 1));
}
