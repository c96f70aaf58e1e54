import { resolve } from 'node:path';
import { parseCommandLine, UsageError, wholeNumber } from '../cli/command-line.ts';
import { originOf, READ_FLAGS } from '../cli/origin.ts';
import { checkWindow, parseTime } from '../cli/time-window.ts';
import type { ReadOptions } from '../traces/sources/open-source.ts';
import { type Cohort, labelled, parseCohort, type Sides } from './cohorts/cohort.ts';

export const HELP = `Compares two cohorts of traces: what differs, how sure that is, where time goes.

  npm run compare -- --local
  npm run compare -- --project my-project --since 2h --html report.html
  npm run compare -- --from old.ndjson new.ndjson \\
                     --a service.version=v1 --b service.version=v2

Where traces come from (one of)
  --project P      Cloud Trace of this project, with your application default
                   credentials
  --local          the Cloud Trace of the system that npm start runs
  --from FILE...   files: of --save, or OTLP JSON (one document, or one a line)

Cohorts
  --a FILTER       key=value[,key=value]: labels of any span
                   (default cloud.platform=gcp_cloud_run)
  --b FILTER       the other one (default cloud.platform=gcp_kubernetes_engine)
  --since TIME     30m, 2h, 1d before now, or 2026-03-02T10:00:00Z
                   (default 30m; files: everything)
  --until TIME     the same (default now)
  --a-since TIME, --a-until TIME, --b-since TIME, --b-until TIME
                   a window of its own for one cohort

Results
  --json FILE      the comparison as JSON; - prints it in place of the text
  --html FILE      the comparison as one self-contained page
  --save FILE      the traces that were read, for --from

Reading Cloud Trace
  --filter FILTER  Cloud Trace filter (default +service.namespace:shakesapp;
                   '' for none)
  --max-traces N   stop after so many (default 20000)
  --restart        read anew; without it a read that was interrupted within the
                   hour goes on, with the window that it had

Traces that are not whole and ended less than 15 s before they were read are
left out: spans may still be on the way.

Exit code: 0 compared; 1 wrong counts, an empty cohort or a failure; 2 bad
usage.
`;

export type Options = ReadOptions &
  Readonly<{
    /** Their own windows lie in the one that is read. */
    cohorts: Sides<Cohort>;
    json: string | undefined;
    html: string | undefined;
    save: string | undefined;
    /** The same command with its relative times counted from another moment. */
    at(nowMs: number): Options;
  }>;

const TIMES = ['since', 'until', 'a-since', 'a-until', 'b-since', 'b-until'] as const;
const STRING = { type: 'string' } as const;
const FLAGS = {
  ...READ_FLAGS,
  a: STRING,
  b: STRING,
  'a-since': STRING,
  'a-until': STRING,
  'b-since': STRING,
  'b-until': STRING,
  json: STRING,
  html: STRING,
  save: STRING,
} as const;

/** The names of all flags. */
export const FLAG_NAMES: readonly string[] = Object.keys(FLAGS);

/** 'help' where it was asked for. Throws UsageError. */
export function parseOptions(argv: readonly string[], nowMs: number): Options | 'help' {
  const { values, positionals } = parseCommandLine(argv, FLAGS, true);
  if (values.help === true) return 'help';
  const origin = originOf(values, positionals);
  if (origin.kind === 'files') checkNotRead(values.save, origin.paths);
  const given = { ...values, since: values.since ?? (origin.kind === 'files' ? undefined : '30m') };
  const fixed = {
    origin,
    times: JSON.stringify(TIMES.map((flag) => given[flag] ?? null)),
    filter: values.filter,
    mostTraces: wholeNumber('max-traces', values['max-traces'], {
      min: 1,
      max: 1_000_000,
      preset: 20_000,
    }),
    restart: values.restart,
    json: values.json,
    html: values.html,
    save: values.save,
  };
  const at = (askedAtMs: number): Options => ({
    ...fixed,
    ...parseWindows(given, askedAtMs),
    askedAtMs,
    at,
  });
  return at(nowMs);
}

function checkNotRead(save: string | undefined, paths: readonly string[]): void {
  if (save === undefined || !paths.some((path) => resolve(path) === resolve(save))) return;
  throw new UsageError(`--save ${save} would write over a file that is read`);
}

type Given = Readonly<Partial<Record<(typeof TIMES)[number] | 'a' | 'b', string | undefined>>>;

/** The cohorts with their windows, and the one window that holds both. */
function parseWindows(given: Given, nowMs: number) {
  const timeOf = (flag: (typeof TIMES)[number]) => parseTime(flag, given[flag], nowMs);
  const cohortOf = (side: 'a' | 'b', preset: string) => {
    const sinceMs = timeOf(`${side}-since`) ?? timeOf('since');
    const untilMs = timeOf(`${side}-until`) ?? timeOf('until');
    checkWindow(`--${side}`, sinceMs, untilMs ?? nowMs);
    const ownWindow = (given[`${side}-since`] ?? given[`${side}-until`]) !== undefined;
    return parseCohort(side, given[side] ?? preset, { sinceMs, untilMs, ownWindow });
  };
  const a = cohortOf('a', 'cloud.platform=gcp_cloud_run');
  const b = cohortOf('b', 'cloud.platform=gcp_kubernetes_engine');
  return {
    cohorts: labelled({ a, b }),
    sinceMs: Math.min(a.sinceMs ?? 0, b.sinceMs ?? 0),
    untilMs: a.untilMs === null || b.untilMs === null ? null : Math.max(a.untilMs, b.untilMs),
  };
}
