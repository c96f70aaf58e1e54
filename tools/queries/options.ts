import { CODELAB_QUERIES } from '../../lib/queries.ts';
import { parseSearchQuery } from '../../lib/search-query.ts';
import { checkFolder, checkOutput, UsageError } from '../cli/command-line.ts';
import type { QueriesFlags } from '../cli/commands/queries.ts';

export type Options = Readonly<{
  texts:
    | Readonly<{ bucket: string; prefix: string; access: 'public' | 'iam' }>
    | Readonly<{ folder: string }>;
  queries: readonly string[];
  json: string | true | undefined;
}>;

/** Throws UsageError. */
export function parseOptions(flags: QueriesFlags): Options {
  const { json } = flags;
  checkOutput('json', json);
  const queries = [...new Set(flags.query ?? Object.keys(CODELAB_QUERIES))];
  for (const query of queries) checkQuery(query);
  return { texts: parseTexts(flags), queries, json };
}

function parseTexts(flags: QueriesFlags): Options['texts'] {
  const { bucket, dir: folder, prefix = 'shakespeare/', access = 'public' } = flags;
  if ((bucket === undefined) === (folder === undefined)) {
    throw new UsageError('where are the texts? Give either --bucket B or --dir DIR');
  }
  if (folder !== undefined) {
    const [stray] = (['prefix', 'access'] as const).filter((flag) => flags[flag] !== undefined);
    if (stray) throw new UsageError(`--${stray} is valid only with --bucket`);
    checkFolder('dir', folder);
    return { folder };
  }
  if (!bucket || !/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(bucket)) {
    throw new UsageError(
      `--bucket is ${JSON.stringify(bucket)}; allowed: a bucket's name, without gs:// and path`,
    );
  }
  return { bucket, prefix, access };
}

function checkQuery(query: string): void {
  try {
    parseSearchQuery(query);
  } catch (error) {
    throw new UsageError(`--query: ${(error as Error).message}`);
  }
}
