import { Command } from '@commander-js/extra-typings';
import {
  BIGQUERY_FLAGS,
  FROM_SIDE_FLAGS,
  fromFlag,
  htmlFlag,
  jsonFlag,
  maxTracesFlag,
  PROFILE_FLAGS,
  READ_FLAGS,
  saveFlag,
} from '../flags.ts';

export const compareCommand = (readable: string | null = null) =>
  new Command('compare')
    .summary('compare the traces of two platforms, or of two versions')
    .description(
      'Compares two cohorts of traces: what differs, how sure that is, where the time goes.',
    )
    .addOption(READ_FLAGS.project)
    .addOption(READ_FLAGS.local)
    .addOption(READ_FLAGS.bigquery)
    .addOption(fromFlag(readable))
    .addOption(FROM_SIDE_FLAGS.a)
    .addOption(FROM_SIDE_FLAGS.b)
    .addOption(READ_FLAGS.since)
    .addOption(READ_FLAGS.until)
    .addOption(READ_FLAGS.filter)
    .addOption(maxTracesFlag(18_000, 1_000_000))
    .addOption(READ_FLAGS.maxRuns)
    .addOption(READ_FLAGS.seed)
    .addOption(READ_FLAGS.restart)
    .addOption(PROFILE_FLAGS.profile)
    .addOption(PROFILE_FLAGS.root)
    .addOption(BIGQUERY_FLAGS.maxBytes)
    .addOption(BIGQUERY_FLAGS.explain)
    .optionsGroup('Cohorts:')
    .option(
      '--a <filter>',
      'key=value[,key=value]: labels of any span (default of the profile shakesapp: ' +
        'cloud.platform=gcp_cloud_run)',
    )
    .option(
      '--b <filter>',
      'the other cohort (default of the profile shakesapp: cloud.platform=gcp_kubernetes_engine)',
    )
    .option('--a-since <time>', 'a window for one cohort alone')
    .option('--a-until <time>')
    .option('--b-since <time>')
    .option('--b-until <time>')
    .option(
      '--pair-by <attribute>',
      'requests with the same value of this attribute are a pair; implies --profile general',
    )
    .addOption(jsonFlag())
    .addOption(htmlFlag())
    .addOption(saveFlag())
    .addHelpText(
      'after',
      `
Examples:
  npx shakesapp compare --local
  npx shakesapp compare --project my-project --since 2h --html report.html
  npx shakesapp compare --bigquery my-project.trace_spans --since 1d
  npx shakesapp compare --from old.ndjson new.ndjson \\
                        --a service.version=v1 --b service.version=v2

Traces of another system:
  npx shakesapp compare --from-a before.json --from-b after.json
  npx shakesapp compare --from traces.json --root 'service=checkout' \\
                        --a service.version=1.4 --b service.version=1.5

Exit code: 0 compared; 1 wrong counts, an empty cohort or a failure, such as a
file without traces; 2 bad usage, such as a file that does not exist. Failed
requests do not change it: doctor exits 1 for them.
`,
    );

export type CompareFlags = ReturnType<ReturnType<typeof compareCommand>['opts']>;
