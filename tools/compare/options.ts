import { parseCommandLine, UsageError, wholeNumber } from '../command-line.ts';
import { type Cohort, parseCohort, parseTime } from './cohort.ts';
import type { Sides } from './comparison.ts';

export const HELP = `Compares two cohorts of traces and says what differs, how sure that is, and where the time goes.

  npm run compare -- --local
  npm run compare -- --project my-project --since 2h --html report.html
  npm run compare -- --from old.ndjson new.ndjson --a service.version=v1 --b service.version=v2

Where traces come from (one of)
  --project P      Cloud Trace of this project, with your application default credentials
  --local          the Cloud Trace of the system that npm start runs
  --from FILE...   files: of --save, or OTLP JSON (one document, or one a line)

Cohorts
  --a FILTER       key=value[,key=value]: labels of any span (default cloud.platform=gcp_cloud_run)
  --b FILTER       the other one (default cloud.platform=gcp_kubernetes_engine)
  --since TIME     30m, 2h, 1d before now, or 2026-03-02T10:00:00Z (default 30m; files: everything)
  --until TIME     the same (default now)
  --a-since, --a-until, --b-since, --b-until TIME   a window of its own for one cohort

Results
  --json FILE      the comparison as JSON; - is standard output, without the text
  --html FILE      the comparison as one self-contained page
  --save FILE      the traces that were read, for --from

Reading Cloud Trace
  --filter FILTER  Cloud Trace filter (default +service.namespace:shakesapp; '' for none)
  --max-traces N   stop after so many (default 20000)

Exit code: 0 compared; 1 wrong counts, an empty cohort or a failure; 2 bad usage.
`;

export type Origin = Readonly<
  | { kind: 'project'; projectId: string }
  | { kind: 'local' }
  | { kind: 'files'; paths: readonly string[] }
>;

export type Options = Readonly<{
  origin: Origin;
  cohorts: Sides<Cohort>;
  /** What is read; the cohorts' own windows lie in it. */
  window: Readonly<{ since: string; until?: string | undefined }>;
  sinceMs: number;
  untilMs: number | null;
  filter: string | undefined;
  mostTraces: number;
  json: string | undefined;
  html: string | undefined;
  save: string | undefined;
}>;

const STRING = { type: 'string' } as const;
const FLAGS = {
  a: STRING,
  b: STRING,
  since: STRING,
  until: STRING,
  'a-since': STRING,
  'a-until': STRING,
  'b-since': STRING,
  'b-until': STRING,
  project: STRING,
  local: { type: 'boolean' },
  from: { type: 'string', multiple: true },
  json: STRING,
  html: STRING,
  save: STRING,
  filter: STRING,
  'max-traces': STRING,
  help: { type: 'boolean', short: 'h' },
} as const;

/** 'help' where it was asked for. Throws UsageError. */
export function parseOptions(argv: readonly string[], nowMs: number): Options | 'help' {
  const { values, positionals } = parseCommandLine(argv, FLAGS, true);
  if (values.help === true) return 'help';
  const origin = originOf(values, positionals);
  const since = values.since ?? (origin.kind === 'files' ? undefined : '30m');
  const window = {
    sinceMs: parseTime('since', since, nowMs),
    untilMs: parseTime('until', values.until, nowMs),
  };
  const cohortOf = (side: 'a' | 'b', preset: string) =>
    parseCohort(side, values[side] ?? preset, {
      sinceMs: parseTime(`${side}-since`, values[`${side}-since`], nowMs) ?? window.sinceMs,
      untilMs: parseTime(`${side}-until`, values[`${side}-until`], nowMs) ?? window.untilMs,
    });
  const cohorts = {
    a: cohortOf('a', 'cloud.platform=gcp_cloud_run'),
    b: cohortOf('b', 'cloud.platform=gcp_kubernetes_engine'),
  };
  const sinces = [cohorts.a.sinceMs, cohorts.b.sinceMs];
  const untils = [cohorts.a.untilMs, cohorts.b.untilMs];
  return {
    origin,
    cohorts,
    window: {
      since: [since, values['a-since'], values['b-since']].join(' '),
      until: [values.until, values['a-until'], values['b-until']].join(' '),
    },
    sinceMs: Math.min(...sinces.map((ms) => ms ?? 0)),
    untilMs: untils.includes(null) ? null : Math.max(...untils.map((ms) => ms ?? 0)),
    filter: values.filter,
    mostTraces: wholeNumber('max-traces', values['max-traces'], {
      min: 1,
      max: 1_000_000,
      preset: 20_000,
    }),
    json: values.json,
    html: values.html,
    save: values.save,
  };
}

function originOf(
  values: { project?: string; local?: boolean; from?: readonly string[] },
  positionals: readonly string[],
): Origin {
  const { project, local, from } = values;
  const given = [project, local, from].filter((value) => value !== undefined).length;
  if (given !== 1) {
    throw new UsageError('name one place to read from: --project P, --local or --from FILE...');
  }
  if (from !== undefined) return { kind: 'files', paths: [...from, ...positionals] };
  if (positionals.length > 0) {
    throw new UsageError(`unknown argument ${JSON.stringify(positionals[0])}; see --help`);
  }
  return project === undefined ? { kind: 'local' } : { kind: 'project', projectId: project };
}
