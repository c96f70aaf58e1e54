import { Command } from '@commander-js/extra-typings';
import {
  BIGQUERY_FLAGS,
  fromFlag,
  htmlFlag,
  jsonFlag,
  maxTracesFlag,
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
    .addOption(READ_FLAGS.since)
    .addOption(READ_FLAGS.until)
    .addOption(READ_FLAGS.filter)
    .addOption(maxTracesFlag(20_000, 1_000_000))
    .addOption(READ_FLAGS.restart)
    .addOption(BIGQUERY_FLAGS.maxBytes)
    .addOption(BIGQUERY_FLAGS.seed)
    .addOption(BIGQUERY_FLAGS.explain)
    .optionsGroup('Cohorts:')
    .option(
      '--a <filter>',
      'key=value[,key=value]: labels of any span',
      'cloud.platform=gcp_cloud_run',
    )
    .option('--b <filter>', 'the other cohort', 'cloud.platform=gcp_kubernetes_engine')
    .option('--a-since <time>', 'a window for one cohort alone')
    .option('--a-until <time>')
    .option('--b-since <time>')
    .option('--b-until <time>')
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

Exit code: 0 compared; 1 wrong counts, an empty cohort or a failure, such as a
file without traces; 2 bad usage, such as a file that does not exist. Failed
requests do not change it: doctor exits 1 for them.
`,
    );

export type CompareFlags = ReturnType<ReturnType<typeof compareCommand>['opts']>;
