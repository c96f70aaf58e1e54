import { Command, Option } from '@commander-js/extra-typings';
import { jsonFlag, wholeNumberFlag } from '../flags.ts';

const WHICH = 'Which job:';
const LOCAL = new Option('--local', 'the job of the system that npm start runs').helpGroup(WHICH);
const PROJECT = new Option(
  '--project <id>',
  'default: $GOOGLE_CLOUD_PROJECT, then the terraform output project_id',
).helpGroup(WHICH);
const REGION = new Option(
  '--region <region>',
  'default: $GOOGLE_CLOUD_REGION, then the terraform output region',
).helpGroup(WHICH);
const JOB = new Option(
  '--job <name>',
  'default: $SCHEDULER_JOB, then the terraform output scheduler_job',
).helpGroup(WHICH);

/** While a local system runs, a change without one of these flags could reach the wrong job. */
const UNCLEAR = `
While a local system runs, this command needs --local, --project or --job.
`;

const verb = (name: string, description: string) =>
  new Command(name)
    .description(description)
    .addOption(LOCAL)
    .addOption(PROJECT)
    .addOption(REGION)
    .addOption(JOB)
    .addOption(jsonFlag());

/** One command for each verb. */
export const loadCommands = () => ({
  status: verb('status', "Prints the job's state, schedule, body, last attempt and next run."),
  run: verb(
    'run',
    'Starts one run now. loadgen runs a scheduled minute once: if this minute has had its run, the command waits for the next minute.',
  )
    .optionsGroup('Then:')
    .option('--wait', 'wait until the traces are complete, then print the command that compares')
    .addHelpText('after', UNCLEAR),
  pause: verb('pause', 'Pauses the schedule. A paused job can still be run.').addHelpText(
    'after',
    UNCLEAR,
  ),
  resume: verb('resume', 'Resumes the schedule.').addHelpText('after', UNCLEAR),
  set: verb('set', 'Changes what runs and when, and prints the values before and after.')
    .optionsGroup('What to set (at least one):')
    .addOption(wholeNumberFlag('--requests <n>', 'requests in a run', { min: 1, max: 1000 }))
    .addOption(
      wholeNumberFlag('--interval <ms>', 'time between two requests', { min: 0, max: 600_000 }),
    )
    .option('--schedule <cron>', "five fields in UTC, for example '*/5 * * * *'")
    .addHelpText('after', UNCLEAR),
});

export const LOAD_SUMMARY = 'control the Cloud Scheduler job that starts the load';

export const LOAD_DESCRIPTION =
  'Controls the Cloud Scheduler job that calls loadgen: the real one, or with --local that of the system that npm start runs.';

export const LOAD_AFTER = `
Examples:
  npx shakesapp load run --wait --local
  npx shakesapp load set --requests 20 --interval 500 --project my-project
  npx shakesapp load status --project my-project --region us-central1 \\
                            --job shakesapp-load
  npx shakesapp load pause --project my-project

Exit code: 0 done; 1 a failure, or (run --wait) a trace is missing or not
complete; 2 bad usage.
`;

type Commands = ReturnType<typeof loadCommands>;
export type Verb = keyof Commands;

/** The verb with its flags. */
export type LoadFlags = { [V in Verb]: { verb: V } & ReturnType<Commands[V]['opts']> }[Verb];
