import { CODELAB_QUERIES } from '../../lib/queries.ts';
import { parseSearchQuery } from '../../lib/search-query.ts';
import { choice, parseCommandLine, UsageError } from '../cli/command-line.ts';

export const HELP = `Usage: npm run -s queries -- (--bucket B [--prefix P] | --dir DIR) [options]

Counts the lines of any body of texts that contain each query, case-insensitively, and prints them
as a JSON object of query → count: what KNOWN_QUERIES takes, and \`npm start -- --queries FILE\`.
It counts by other means than the server does (a regular expression for each line, as the codelab
did), so that the two check each other.

  --bucket B       texts are the objects of this Cloud Storage bucket
  --prefix P       only objects whose names begin with P (default shakespeare/)
  --access WORD    public (default; no credentials are sent) or iam (your own credentials)
  --dir DIR        texts are the files of this folder and of its folders
  --query Q        a query to count; may be repeated (default: the codelab's ten)
  --json           print what was read as well: {source, texts, bytes, lines, queries}
  --help           this text

Examples:
  npm run -s queries -- --bucket dataflow-samples --prefix shakespeare/
  npm run -s queries -- --dir ./texts --query whale --query sea > queries.json
`;

export type Options = Readonly<{
  texts:
    | Readonly<{ bucket: string; prefix: string; access: 'public' | 'iam' }>
    | Readonly<{ folder: string }>;
  queries: readonly string[];
  json: boolean;
}>;

const FLAGS = {
  bucket: { type: 'string' },
  prefix: { type: 'string' },
  access: { type: 'string' },
  dir: { type: 'string' },
  query: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** The names of all flags. */
export const FLAG_NAMES: readonly string[] = Object.keys(FLAGS);

export function parseOptions(argv: readonly string[]): Options | 'help' {
  const { values } = parseCommandLine(argv, FLAGS);
  if (values.help) return 'help';
  const queries = [...new Set(values.query ?? Object.keys(CODELAB_QUERIES))];
  for (const query of queries) checkQuery(query);
  const { bucket, dir: folder, json } = values;
  if ((bucket === undefined) === (folder === undefined)) {
    throw new UsageError('say where the texts are: either --bucket B or --dir DIR');
  }
  if (folder !== undefined) {
    const [stray] = (['prefix', 'access'] as const).filter((flag) => values[flag] !== undefined);
    if (stray) throw new UsageError(`--${stray} belongs to --bucket, not to --dir`);
    return { texts: { folder }, queries, json };
  }
  if (!bucket || !/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(bucket)) {
    throw new UsageError(
      `--bucket is ${JSON.stringify(bucket)}; allowed: a bucket's name, without gs:// and path`,
    );
  }
  const access = choice('access', values.access, ['public', 'iam'], 'public');
  return { texts: { bucket, prefix: values.prefix ?? 'shakespeare/', access }, queries, json };
}

function checkQuery(query: string): void {
  try {
    parseSearchQuery(query);
  } catch (error) {
    throw new UsageError(`--query: ${(error as Error).message}`);
  }
}
