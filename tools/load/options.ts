import { loadRequestSchema } from '../../functions/loadgen/contract.ts';
import { parseCommandLine, UsageError, wholeNumber } from '../cli/command-line.ts';

export const HELP = `Usage: npm run load -- VERB [options]

Controls the Cloud Scheduler job that fires loadgen: the real one, or with --local that of the
system that npm start runs.

  status           the job's state, schedule, body, last attempt and next one
  run              start one run now. loadgen runs a scheduled minute once, so where this minute
                   has had its run, it waits for the next minute
  pause, resume    stop or take up the schedule; a paused job can still be run
  set              change what runs and when; says what it was before

  --wait           run: follow until the traces are there, then print the command that compares
  --requests N     set: requests in a run (1-1000)
  --interval MS    set: time between two requests (0-600000)
  --schedule CRON  set: five fields in UTC, for example '*/5 * * * *'

  --local          the job of the local system
  --project P      else $GOOGLE_CLOUD_PROJECT, else terraform output project_id
  --region R       else $GOOGLE_CLOUD_REGION, else terraform output region
  --job J          else $SCHEDULER_JOB, else terraform output scheduler_job
                   While a local system runs, whatever changes something needs --local, --project
                   or --job

  --json           print the result as JSON
  --help           this text

Exit code: 0 done; 1 a failure, or (run --wait) not every trace is there and whole; 2 bad usage.

Examples:
  npm run load -- run --wait --local
  npm run load -- set --requests 20 --interval 500 --project my-project
  npm run load -- status --project my-project --region us-central1 --job shakesapp-load
  npm run load -- pause --project my-project
`;

const VERBS = ['status', 'run', 'pause', 'resume', 'set'] as const;
export type Verb = (typeof VERBS)[number];

/** What `set` changes; absent fields stay as they are. */
export type Changes = Readonly<{ requests?: number; intervalMs?: number; schedule?: string }>;

export type Options = Readonly<{
  verb: Verb;
  wait: boolean;
  changes: Changes;
  local: boolean;
  target: Readonly<{ project?: string; region?: string; job?: string }>;
  json: boolean;
}>;

const STRING = { type: 'string' } as const;
const SWITCH = { type: 'boolean', default: false } as const;

const FLAGS = {
  wait: SWITCH,
  requests: STRING,
  interval: STRING,
  schedule: STRING,
  local: SWITCH,
  project: STRING,
  region: STRING,
  job: STRING,
  json: SWITCH,
  help: SWITCH,
} as const;

/** The names of all flags. */
export const FLAG_NAMES: readonly string[] = Object.keys(FLAGS);

/** 'help' where it was asked for. Throws UsageError. */
export function parseOptions(argv: readonly string[]): Options | 'help' {
  const { values, positionals } = parseCommandLine(argv, FLAGS, true);
  if (values.help) return 'help';
  const [word, ...more] = positionals;
  if (word === undefined || more.length > 0) {
    throw new UsageError(`say what to do, in one word: ${VERBS.join(', ')}`);
  }
  const verb = VERBS.find((one) => one === word);
  if (verb === undefined) {
    throw new UsageError(
      `the verb is ${JSON.stringify(word)}; allowed: one of ${VERBS.join(', ')}`,
    );
  }
  if (values.wait && verb !== 'run') throw new UsageError('--wait belongs to run');
  const { project, region, job } = values;
  if (values.local && (project ?? region ?? job) !== undefined) {
    throw new UsageError('--local has its own project, region and job');
  }
  return {
    verb,
    wait: values.wait,
    changes: parseChanges(verb, values),
    local: values.local,
    target: {
      ...(project !== undefined && { project }),
      ...(region !== undefined && { region }),
      ...(job !== undefined && { job }),
    },
    json: values.json,
  };
}

function parseChanges(
  verb: Verb,
  values: { requests?: string; interval?: string; schedule?: string },
): Changes {
  const given = (['requests', 'interval', 'schedule'] as const).filter(
    (flag) => values[flag] !== undefined,
  );
  if (verb !== 'set') {
    if (given[0]) throw new UsageError(`--${given[0]} belongs to set`);
    return {};
  }
  if (given.length === 0) {
    throw new UsageError('say what to set: --requests N, --interval MS or --schedule CRON');
  }
  const requests = wholeNumber('requests', values.requests, {
    min: 1,
    max: 1000,
    preset: undefined,
  });
  const intervalMs = wholeNumber('interval', values.interval, {
    min: 0,
    max: 600_000,
    preset: undefined,
  });
  const { schedule } = values;
  if (schedule !== undefined && schedule.trim().split(/\s+/).length !== 5) {
    throw new UsageError(
      `--schedule is ${JSON.stringify(schedule)}; allowed: five fields (minute, hour, day, month, weekday), for example '*/5 * * * *'`,
    );
  }
  return {
    ...(requests !== undefined && { requests }),
    ...(intervalMs !== undefined && { intervalMs }),
    ...(schedule !== undefined && { schedule }),
  };
}

/** The defaults that loadgen fills in, for a job whose body leaves fields out. */
export const LOAD_DEFAULTS = loadRequestSchema.parse({});
