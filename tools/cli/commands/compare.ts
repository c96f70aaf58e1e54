import { Command } from '@commander-js/extra-typings';
import {
  BIGQUERY_FLAGS,
  FROM_SIDE_FLAGS,
  fromFlag,
  GATE_FLAGS,
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
    .addOption(GATE_FLAGS.failIf)
    .addOption(GATE_FLAGS.requireVerdict)
    .addOption(jsonFlag())
    .addOption(htmlFlag())
    .addOption(GATE_FLAGS.summary)
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
  npx shakesapp compare --local --fail-if 'b slower than 10 %' --require-verdict

Traces of another system:
  npx shakesapp compare --from-a before.json --from-b after.json
  npx shakesapp compare --from traces.json --root 'service=checkout' \\
                        --a service.version=1.4 --b service.version=1.5

Conditions of --fail-if:
  [MEASURE of] SIDE slower|faster than N %|ms
  error rate of SIDE higher than N points
  p95|p99 of SIDE above N ms
  error rate of SIDE above N %
SIDE is a or b, compared with the other side. MEASURE is p95, p99 or
hop 'SERVICE:NAME' (or a hop's path); without it, the verdict's latency. Per
cent is of the other side's time; points are of the rate in per cent. A
condition fails only if its complete 95 % interval is beyond the limit, and
passes only if it is within. Otherwise there is not enough data, which the
output says. The intervals of several conditions are wider, so that the chance
of any false failure stays at 5 % or below.

Exit code: 0 compared, and no condition fails; 1 a condition fails (with
--require-verdict also if it lacks data), wrong counts, an empty cohort or a
failure, such as a file without traces; 2 bad usage, such as a file that does
not exist.
Failed requests alone do not change it: doctor exits 1 for them.
`,
    );

export type CompareFlags = ReturnType<ReturnType<typeof compareCommand>['opts']>;
