import { createProgress } from '../cli/progress.ts';
import { writeOutcome } from '../cli/result-file.ts';
import { readBucket } from '../works/bucket.ts';
import { countLinesWith, decodeText, linesOf } from '../works/count.ts';
import { readFolder, type Text } from '../works/folder.ts';
import type { Options } from './options.ts';

/** Returns the exit code. */
export async function run(options: Options): Promise<number> {
  const texts = await readTexts(options);
  const lines = texts.flatMap(({ bytes }) => linesOf(decodeText(bytes)));
  const queries = Object.fromEntries(
    options.queries.map((query) => [query, countLinesWith(query, lines)]),
  );
  const nowhere = options.queries.filter((query) => queries[query] === 0);
  if (nowhere.length > 0) {
    process.stderr.write(
      `queries: in no line: ${nowhere.map((query) => JSON.stringify(query)).join(', ')}. A server ` +
        'that reads nothing gives 0 as well, so leave them out of KNOWN_QUERIES.\n',
    );
  }
  const bytes = texts.reduce((sum, text) => sum + text.bytes.length, 0);
  await writeOutcome(options.json, {
    text: () => `${JSON.stringify(queries)}\n`,
    value: () => ({
      source: options.texts,
      texts: texts.length,
      bytes,
      lines: lines.length,
      queries,
    }),
  });
  return 0;
}

async function readTexts({ texts }: Options): Promise<readonly Text[]> {
  if ('folder' in texts) return readFolder(texts.folder);
  // Without credentials to look for, nobody asks for a metadata server that a desk does not have.
  if (texts.access === 'public') process.env.METADATA_SERVER_DETECTION ??= 'none';
  const progress = createProgress(process.stderr);
  try {
    return await readBucket({
      ...texts,
      onProgress: (read, all) => progress.show(`read ${read} of ${all} texts`),
    });
  } finally {
    progress.clear();
  }
}
