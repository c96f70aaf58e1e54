import { Command } from '@commander-js/extra-typings';
import {
  htmlFlag,
  jsonFlag,
  repeatableFlag,
  saveFlag,
  saveLogsFlag,
  wholeNumberFlag,
  wordFlag,
} from '../flags.ts';

const WITH_ONCE = 'with --once: ';

export const upCommand = () =>
  new Command('up')
    .summary('run the complete system on this machine (npm start)')
    .description(
      `Runs the complete system on this machine: a local stand-in for Cloud Run and one for GKE, and a local cloud that the real Google client libraries talk to. You need no account and no network. All figures are local ones and say nothing about the real platforms.

By default it runs until Ctrl-C: a schedule starts a run on both platforms every minute, and a page on this machine shows the traces. With --once it sends a number of requests, prints one trace as a waterfall, the totals, the verdict and a line per hop, and exits.`,
    )
    .optionsGroup('What to run:')
    .option('--once', 'run once and exit: 0 if every trace is complete, 1 if not')
    .addOption(
      wholeNumberFlag('--requests <n>', 'requests on each platform; without --once: per minute', {
        min: 1,
        max: 1000,
      }).default(10),
    )
    .addOption(
      wholeNumberFlag(
        '--runs <n>',
        'with --once: split the requests into this many runs, each with its own minute (default: one run per 8 requests; a verdict needs six warm runs)',
        { min: 1, max: 1000 },
      ),
    )
    .addOption(
      wholeNumberFlag(
        '--interval <ms>',
        'time between two requests (default: 2000, or less where a run would not fit into its minute; with --once 50)',
        { min: 0, max: 60_000 },
      ),
    )
    .option('--platforms <list>', 'cloud_run, gke or cloud_run,gke (default: both)')
    .option('--works <folder>', 'serve the texts of a folder instead of the three bundled plays')
    .option(
      '--queries <file>',
      'with --works: a JSON object, query → expected number of matching lines',
    )
    .optionsGroup('What to simulate:')
    .addOption(
      wordFlag(
        '--front-end-spans <word>',
        "whether Cloud Run's front end stores its spans: always, never, or real: up to 10 a second per instance where the caller asks",
        ['always', 'real', 'never'],
      ).default('real' as const),
    )
    .option('--drop-sampled-flag', "the front end drops ';o=' of X-Cloud-Trace-Context on gRPC")
    .option('--no-rewrite', 'the front end keeps the parent span id (the real one never does)')
    .addOption(
      wordFlag(
        '--billing <word>',
        'instance, or request: Cloud Run stops the CPU after a response',
        ['instance', 'request'],
      ).default('instance' as const),
    )
    .addOption(
      repeatableFlag(
        '--delay <platform/hop=ms>',
        'add latency in front of one program on one platform, for example gke/server=20; may be repeated',
      ),
    )
    .addOption(
      repeatableFlag(
        '--without <protection>',
        'turn off what keeps traces complete, to see what it prevents: parent, sampled-flag, flush, drain or health-checks; server/flush: in one program; may be repeated',
      ),
    )
    .addOption(
      repeatableFlag(
        '--replace <program=command>',
        "run your own program in the place of server, client or loadgen: a command, or HOST:PORT of one that you start; for one platform: gke/server='go run .'; may be repeated",
      ),
    )
    .optionsGroup('What to show:')
    .addOption(
      wordFlag(
        '--instrument <level>',
        'with --once: what makes spans: none, loadgen (its own), http (loadgen and client), grpc (server too), or all (default)',
        ['none', 'loadgen', 'http', 'grpc', 'all'],
      ),
    )
    .option(
      '--logs',
      'with --once: below the spans of the request that is shown, the log lines that they wrote; the page has them without this flag',
    )
    .option('--headers', "with --once: its trace headers, before and behind Cloud Run's front end")
    .addOption(jsonFlag(`${WITH_ONCE}print the result as JSON in place of the text`))
    .addOption(htmlFlag(WITH_ONCE))
    .addOption(saveFlag(WITH_ONCE))
    .addOption(saveLogsFlag())
    .addOption(
      repeatableFlag(
        '--beside <file>',
        'without --once: list the traces of a saved file on the page too, so that you can lay one beside a trace of this run; may be repeated: prints the address that shows the newest traces of the first two files side by side',
      ),
    )
    .option(
      '--full',
      `${WITH_ONCE}print every figure of the comparison, cold requests and methods too`,
    )
    .option('--verbose', 'print every log line of the programs')
    .addHelpText(
      'after',
      `
These environment variables reach the programs: OTEL_PROPAGATORS,
OTEL_TRACES_EXPORTER, OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG,
WORKS_CACHE, WORKS_TTL_SECONDS, SPAN_FLUSH.

Examples:
  npm start
  npm start -- --once --requests 20 --json out.json
  WORKS_CACHE=per-request npm start -- --once
  npm start -- --once --requests 60 --html report.html --delay gke/server=20
  npm start -- --once --replace 'server=python3 server.py'

Exit code: 0 stopped, or every trace complete; 1 a failure; 2 bad usage.
`,
    );

export type UpFlags = ReturnType<ReturnType<typeof upCommand>['opts']>;
