import { UsageError } from './command-line.ts';

/** A dataset of BigQuery that Cloud Trace's spans are linked to. */
export type BigQueryOrigin = Readonly<{
  kind: 'bigquery';
  /** PROJECT.DATASET */
  view: string;
  maxBytes: number;
  /** Print the SQL in place of a read. */
  explain: boolean;
}>;

/** Where a command reads traces from, as its flags say. */
export type Origin = Readonly<
  | { kind: 'project'; projectId: string }
  | { kind: 'local' }
  | BigQueryOrigin
  | {
      kind: 'files';
      paths: readonly string[];
      /** Where each cohort has its own of these. */
      sides?: Readonly<{ a: readonly string[]; b: readonly string[] }>;
    }
>;

/** The flags that name it to another command. */
export function flagsOfOrigin(origin: Origin): string {
  if (origin.kind === 'local') return '--local';
  if (origin.kind === 'bigquery') return `--bigquery ${origin.view}`;
  if (origin.kind === 'project') return `--project ${origin.projectId}`;
  return `--from ${origin.paths.map((path) => (/\s/.test(path) ? `'${path}'` : path)).join(' ')}`;
}

/** The words for a reading that the user stops. */
export const INTERRUPTED: Readonly<Record<Origin['kind'], string>> = {
  project: 'interrupted; the same command resumes where it stopped',
  local: 'interrupted; the same command resumes where it stopped',
  bigquery: 'interrupted; a query that was running is cancelled',
  files: 'interrupted',
};

/** Bytes of a read that nobody was asked about: ten gigabytes, about six cents. */
const MOST_BYTES = 10e9;

/** Throws UsageError unless there is exactly one. */
export function originOf({
  project,
  local,
  bigquery,
  from,
  fromA,
  fromB,
  ...query
}: {
  project?: string;
  local?: boolean;
  bigquery?: string;
  maxBytes?: number;
  explain?: boolean;
  from?: readonly string[];
  fromA?: readonly string[];
  fromB?: readonly string[];
}): Origin {
  const ofSides = fromA !== undefined || fromB !== undefined;
  const given = [
    ...(project === undefined ? [] : ['--project']),
    ...(local === undefined ? [] : ['--local']),
    ...(bigquery === undefined ? [] : ['--bigquery']),
    ...(from === undefined ? [] : ['--from']),
    ...(ofSides ? ['--from-a and --from-b'] : []),
  ];
  if (given.length !== 1) {
    const several = given.length > 1 ? `${given.join(' and ')} exclude each other; ` : '';
    throw new UsageError(
      `${several}name one place to read from: --project P, --local, --bigquery P.D or --from FILE...`,
    );
  }
  if (bigquery !== undefined) {
    const { maxBytes = MOST_BYTES, explain = false } = query;
    if (maxBytes === Number.POSITIVE_INFINITY) {
      throw new UsageError('--max-bytes all is valid only with files; name a size, such as 500GB');
    }
    return { kind: 'bigquery', view: bigquery, maxBytes, explain };
  }
  const { maxBytes, explain } = query;
  if (explain !== undefined) throw new UsageError('--explain is valid only with --bigquery');
  if (maxBytes !== undefined && from === undefined && !ofSides) {
    throw new UsageError('--max-bytes is valid only with --bigquery and with files');
  }
  if (from !== undefined) return { kind: 'files', paths: from };
  if (ofSides) return filesOfSides(fromA, fromB);
  return project === undefined ? { kind: 'local' } : { kind: 'project', projectId: project };
}

function filesOfSides(a: readonly string[] | undefined, b: readonly string[] | undefined): Origin {
  if (a === undefined || b === undefined) {
    const [given, missing] = a === undefined ? ['b', 'a'] : ['a', 'b'];
    throw new UsageError(`--from-${given} is valid only with --from-${missing}`);
  }
  if (a.includes('-') && b.includes('-')) {
    throw new UsageError(
      '--from-a - and --from-b - exclude each other: standard input is one file',
    );
  }
  return { kind: 'files', paths: [...a, ...b], sides: { a, b } };
}
