import { readFile, stat } from 'node:fs/promises';
import { type KnownQueries, parseKnownQueries } from '../../lib/queries.ts';
import { UsageError } from '../cli/command-line.ts';
import { LOCAL_QUERIES, WORKS_BUCKET, WORKS_PREFIX } from './cloud/storage/works.ts';
import type { Options } from './options.ts';

export type WorksChoice = Readonly<{
  bucket: string;
  prefix: string;
  queries: KnownQueries;
  /** A folder of the user's texts; absent for the bundled plays. */
  folder?: string;
}>;

/** Which texts are served, and the expected counts. Throws UsageError. */
export async function readWorksChoice(options: Options): Promise<WorksChoice> {
  const place = { bucket: WORKS_BUCKET, prefix: WORKS_PREFIX };
  if (!options.works) return { ...place, queries: LOCAL_QUERIES };
  const { folder, queriesFile } = options.works;
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new UsageError(`--works ${folder}: no such directory`);
  try {
    const queries = parseKnownQueries(await readFile(queriesFile, 'utf8'));
    return { ...place, queries, folder };
  } catch (error) {
    throw new UsageError(`--queries ${queriesFile}: ${(error as Error).message}`, { cause: error });
  }
}
