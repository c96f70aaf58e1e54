import { Command } from '@commander-js/extra-typings';
import {
  BIGQUERY_FLAGS,
  fromFlag,
  jsonFlag,
  maxTracesFlag,
  PROFILE_FLAGS,
  READ_FLAGS,
  repeatableFlag,
} from '../flags.ts';

export const doctorCommand = (readable: string | null = null) =>
  new Command('doctor')
    .summary('check traces, or with --preflight a deployment, and say how to fix what is wrong')
    .description('Checks traces: is tracing healthy? What is wrong, why, and how to fix it.')
    .addOption(READ_FLAGS.project)
    .addOption(READ_FLAGS.local)
    .addOption(READ_FLAGS.bigquery)
    .addOption(fromFlag(readable))
    .optionsGroup('Which traces:')
    .addOption(repeatableFlag('--trace <id>', 'this trace only; may be repeated'))
    .addOption(READ_FLAGS.since)
    .addOption(READ_FLAGS.until)
    .addOption(READ_FLAGS.filter)
    .addOption(maxTracesFlag(5_000, 100_000))
    .addOption(READ_FLAGS.maxRuns)
    .addOption(READ_FLAGS.seed)
    .addOption(READ_FLAGS.restart)
    .addOption(PROFILE_FLAGS.profile)
    .addOption(PROFILE_FLAGS.root)
    .addOption(BIGQUERY_FLAGS.maxBytes)
    .addOption(BIGQUERY_FLAGS.explain)
    .addOption(
      repeatableFlag(
        '--logs <file>',
        'also look for log lines that do not lead to their trace: JSON lines as the programs ' +
          'print them, or the output of gcloud logging read --format=json; may be repeated',
      ),
    )
    .addOption(jsonFlag())
    .optionsGroup('No traces at all:')
    .option(
      '--preflight',
      'check the project instead: what keeps traces from arriving. It has its own flags; see ' +
        '--preflight --help',
    )
    .addHelpText(
      'after',
      `
Examples:
  npx shakesapp doctor --local
  npx shakesapp doctor --project my-project --since 2h
  npx shakesapp doctor --project my-project \\
                       --trace 4bf92f3577b34da6a3ce929d0e0e4736
  npx shakesapp doctor --bigquery my-project.trace_spans --since 2h
  npx shakesapp doctor --from traces.ndjson --logs server.log
  npx shakesapp doctor --preflight --project my-project

Traces that ended less than 15 s before the reading are left out: some of their
spans may still be arriving.

Exit code: 0 healthy; 1 a finding or a failure, such as a file without traces;
2 bad usage, such as a file that does not exist.
`,
    );

export type DoctorFlags = ReturnType<ReturnType<typeof doctorCommand>['opts']>;
