import { Option } from '@commander-js/extra-typings';
import { parseBytes } from './bytes.ts';
import { UsageError } from './command-line.ts';

/** The word for a limit that is none. */
const ALL = 'all';

/** A flag whose value is a whole number within bounds, or `all` where that is allowed. */
export function wholeNumberFlag<const Usage extends string>(
  usage: Usage,
  help: string,
  bounds: Readonly<{ min: number; max: number; all?: boolean }>,
) {
  const option = new Option(usage, help);
  return option.argParser((value: string): number => {
    if (bounds.all === true && value === ALL) return Number.POSITIVE_INFINITY;
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= bounds.min && number <= bounds.max) return number;
    const allowed =
      `a whole number from ${bounds.min} to ${bounds.max}` +
      (bounds.all === true ? ` or ${ALL}` : '');
    throw new UsageError(`${option.long} is ${JSON.stringify(value)}; allowed: ${allowed}`);
  });
}

/** A flag whose value is one word of a closed list. */
export function wordFlag<const Usage extends string, const Words extends readonly string[]>(
  usage: Usage,
  help: string,
  words: Words,
) {
  const option = new Option(usage, help);
  return option.argParser((value: string): Words[number] => {
    const word = words.find((each) => each === value);
    if (word !== undefined) return word;
    throw new UsageError(
      `${option.long} is ${JSON.stringify(value)}; allowed: one of ${words.join(', ')}`,
    );
  });
}

const REPEATABLE = new WeakSet<object>();

/** Whether a flag collects the values of all its places; any other takes one value once. */
export const isRepeatable = (option: { variadic: boolean }): boolean =>
  option.variadic || REPEATABLE.has(option);

/** A flag that may be repeated; its values in the order in which they stand. */
export function repeatableFlag<const Usage extends string>(usage: Usage, help: string) {
  const option = new Option(usage, help).argParser(
    (value: string, earlier?: readonly string[]): readonly string[] => [...(earlier ?? []), value],
  );
  REPEATABLE.add(option);
  return option;
}

/** The same in every command: the result as JSON, on stdout or in a file. */
export const jsonFlag = (what = 'print the result as JSON in place of the text') =>
  new Option('--json [file]', `${what}; --json=FILE, or --json FILE, writes it there`).helpGroup(
    RESULTS,
  );

/** `when`: of a command that has a result with another flag only, such as "with --once: ". */
export const htmlFlag = (when = '') =>
  new Option('--html <file>', `${when}write the comparison as one self-contained page`).helpGroup(
    RESULTS,
  );

export const saveFlag = (when = '') =>
  new Option(
    '--save <file>',
    `${when}write the traces; compare and doctor read them with --from`,
  ).helpGroup(RESULTS);

export const saveLogsFlag = () =>
  new Option(
    '--save-logs <file>',
    'with --once: write the newest log lines of the programs, at most 10,000 and 16 MiB; doctor reads them with --logs',
  ).helpGroup(RESULTS);

const ORIGIN = 'Where the traces come from (exactly one):';
const WINDOW = 'Which traces:';
const PROFILE = 'What a request is:';
const BIGQUERY = 'BigQuery:';
const RESULTS = 'Results:';
const GATE = 'Gate in CI:';

/** The flags of every command that reads traces, but for `--from` and `--max-traces` below. */
export const READ_FLAGS = {
  project: new Option(
    '--project <id>',
    'Cloud Trace of this project, with your application default credentials',
  ).helpGroup(ORIGIN),
  local: new Option(
    '--local',
    'the Cloud Trace of the system that npm start runs (the first, if several run)',
  ).helpGroup(ORIGIN),
  bigquery: new Option(
    '--bigquery <project.dataset>',
    "Cloud Trace's spans in BigQuery, by the dataset that they are linked to",
  ).helpGroup(ORIGIN),
  since: new Option(
    '--since <time>',
    '30m, 2h, 1d before now, or 2026-03-02T10:00:00Z (default: 30m; of files: everything)',
  ).helpGroup(WINDOW),
  until: new Option('--until <time>', 'the same (default: now)').helpGroup(WINDOW),
  filter: new Option(
    '--filter <filter>',
    "Cloud Trace filter (default: +service.namespace:shakesapp, and with --profile general none; '' for none)",
  ).helpGroup(WINDOW),
  maxRuns: wholeNumberFlag(
    '--max-runs <n>',
    'read a sample of at most this many slices of time: minutes, or over the API what a page of ' +
      'traces covers; all: read files completely',
    { min: 1, max: 999_999_999, all: true },
  ).helpGroup(WINDOW),
  seed: wholeNumberFlag('--seed <n>', 'chooses the slices of a sample (default: 1)', {
    min: 0,
    max: 999_999_999,
  }).helpGroup(WINDOW),
  restart: new Option(
    '--restart',
    'start over; by default a read that was interrupted within the hour resumes, with its window',
  ).helpGroup(WINDOW),
} as const;

/** The flags that say how traces are read. */
export const PROFILE_FLAGS = {
  profile: wordFlag(
    '--profile <name>',
    "shakesapp: this system's requests, with every span that they have; general: any other system's, " +
      'where the root of a trace is a request (default: chosen by the attributes of the spans)',
    ['shakesapp', 'general'] as const,
  ).helpGroup(PROFILE),
  root: new Option(
    '--root <span>',
    "a request is the topmost span that matches 'service=S,name=N', or one of the two; implies " +
      '--profile general',
  ).helpGroup(PROFILE),
} as const;

/** The flags of a gate in CI. */
export const GATE_FLAGS = {
  failIf: repeatableFlag(
    '--fail-if <condition>',
    'exit 1 if the data shows this, such as "b slower than 10 %"; may be repeated (below)',
  ).helpGroup(GATE),
  requireVerdict: new Option(
    '--require-verdict',
    'exit 1 as well if there is not enough data for a condition',
  ).helpGroup(GATE),
  summary: new Option(
    '--summary <file>',
    'append the result as Markdown, such as to "$GITHUB_STEP_SUMMARY"',
  ).helpGroup(RESULTS),
} as const;

/** The flags of `--bigquery`. */
export const BIGQUERY_FLAGS = {
  maxBytes: bytesFlag(
    '--max-bytes <size>',
    'read nothing if the queries would read more, such as 500MB (default: 10GB). With files: ' +
      'read a sample of about this many bytes; all: read files completely',
  ),
  explain: new Option(
    '--explain',
    'print the SQL with its parameters, and send no query',
  ).helpGroup(BIGQUERY),
} as const;

function bytesFlag<const Usage extends string>(usage: Usage, help: string) {
  const option = new Option(usage, help);
  return option
    .argParser((value: string): number =>
      value === ALL ? Number.POSITIVE_INFINITY : parseBytes(option.long ?? usage, value),
    )
    .helpGroup(BIGQUERY);
}

/** `readable`: the formats, which only help has to name; elsewhere they are not loaded. */
export const fromFlag = (readable: string | null) =>
  new Option(
    '--from <file...>',
    `files written by --save, or ${readable ?? 'in a format of traces'} (one document, or one a line); - is standard input`,
  ).helpGroup(ORIGIN);

/** Each cohort from its own files. */
export const FROM_SIDE_FLAGS = {
  a: new Option('--from-a <file...>', 'files of cohort A; needs --from-b').helpGroup(ORIGIN),
  b: new Option('--from-b <file...>', 'files of cohort B; needs --from-a').helpGroup(ORIGIN),
} as const;

export const maxTracesFlag = (preset: number, max: number) =>
  wholeNumberFlag(
    '--max-traces <n>',
    'read a sample of about this many traces where there are more; not of files. Over the API ' +
      '100 traces cost 25 of 300 units a minute',
    { min: 1, max },
  )
    .default(preset)
    .helpGroup(WINDOW);
