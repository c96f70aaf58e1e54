import { choice, parseCommandLine, UsageError, wholeNumber } from '../cli/command-line.ts';
import type { PlatformName, ProgramName } from './platforms/platform.ts';

export const HELP = `Usage: npm start -- [options]

Runs the whole system on this machine, on a local stand-in of Cloud Run and one of GKE, against a
local cloud that the real Google client libraries talk to. No account, no network. All figures
shown are local ones and say nothing about the real platforms.

Without --once: until Ctrl-C. A schedule fires both platforms every minute, traces appear below,
a page on this machine shows them. With --once: a bounded number of requests, then one trace as a
waterfall, the totals, the verdict and a line per hop; exit 0 only if every trace is whole.

  --once                   run once and exit: 0 every trace whole, 1 not, 2 bad usage
  --requests N             requests on each platform (1-1000; default 10); live: per minute
  --runs N                 split --once's requests into N runs, each as from a minute of its own
                           (default: one run per 8 requests; a verdict needs six warm runs)
  --interval MS            time between requests (0-60000; default 50 with --once, else 2000)
  --platforms LIST         cloud_run, gke or cloud_run,gke (default: both)
  --full                   print every figure of the comparison, cold requests and methods too
  --json FILE              write the results as JSON
  --html FILE              write the comparison as one self-contained HTML file
  --save FILE              write the traces, to be read again by compare and doctor (--from FILE)
  --works DIR              serve the texts of a folder instead of the three plays that come along
  --queries FILE           with --works: JSON object, query to expected number of matching lines
  --front-end-spans WORD   whether Cloud Run's front end stores its spans: always, real, never
                           (default real: up to 10 a second per instance where the caller asks)
  --drop-sampled-flag      the front end drops ';o=' of X-Cloud-Trace-Context on gRPC
  --no-rewrite             the front end leaves the parent span id alone (the real one never does)
  --billing WORD           instance (default) or request: Cloud Run stops the CPU after a response
  --delay PLATFORM/HOP=MS  add latency in front of one program on one platform, for example
                           gke/server=20; may be repeated
  --verbose                show every log line of the programs
  --help                   this text

These variables of the environment reach the programs: OTEL_PROPAGATORS, OTEL_TRACES_EXPORTER,
OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG, WORKS_CACHE, WORKS_TTL_SECONDS, SPAN_FLUSH.

Examples:
  npm start
  npm start -- --once --requests 20 --json out.json
  WORKS_CACHE=per-request npm start -- --once
  npm start -- --once --requests 60 --html report.html --delay gke/server=20
`;

export const PLATFORMS: readonly PlatformName[] = ['cloud_run', 'gke'];

export type Delay = Readonly<{ platform: PlatformName; hop: ProgramName; delayMs: number }>;

export type Options = Readonly<{
  once: boolean;
  requests: number;
  runs: number;
  intervalMs: number;
  platforms: readonly PlatformName[];
  /** Every figure of the comparison instead of a line per hop. */
  full: boolean;
  json?: string;
  html?: string;
  save?: string;
  works?: Readonly<{ folder: string; queriesFile: string }>;
  frontEndSpans: 'always' | 'real' | 'never';
  dropSampledFlag: boolean;
  rewriteParent: boolean;
  billing: 'instance' | 'request';
  delays: readonly Delay[];
  verbose: boolean;
}>;

/**
 * The comparison tests runs and wants six of warm requests; the first run is all cold. So 60
 * requests make eight runs, and one to spare.
 */
const REQUESTS_PER_RUN = 8;

const FLAGS = {
  once: { type: 'boolean', default: false },
  requests: { type: 'string' },
  runs: { type: 'string' },
  interval: { type: 'string' },
  platforms: { type: 'string' },
  full: { type: 'boolean', default: false },
  json: { type: 'string' },
  html: { type: 'string' },
  save: { type: 'string' },
  works: { type: 'string' },
  queries: { type: 'string' },
  'front-end-spans': { type: 'string' },
  'drop-sampled-flag': { type: 'boolean', default: false },
  'no-rewrite': { type: 'boolean', default: false },
  billing: { type: 'string' },
  delay: { type: 'string', multiple: true },
  verbose: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** The names of all flags. */
export const FLAG_NAMES: readonly string[] = Object.keys(FLAGS);

/** Parses `npm start`'s flags; undefined when help was asked for. Throws UsageError. */
export function parseOptions(argv: readonly string[]): Options | undefined {
  const { values } = parseCommandLine(argv, FLAGS);
  if (values.help) return undefined;
  const { once } = values;
  const requests = wholeNumber('requests', values.requests, { min: 1, max: 1000, preset: 10 });
  const runs = wholeNumber('runs', values.runs, {
    min: 1,
    max: requests,
    preset: once ? Math.ceil(requests / REQUESTS_PER_RUN) : 1,
  });
  for (const flag of ['json', 'html', 'save', 'runs', 'full'] as const) {
    if (!once && values[flag]) throw new UsageError(`--${flag} needs --once`);
  }
  if ((values.works === undefined) !== (values.queries === undefined)) {
    throw new UsageError(
      '--works DIR and --queries FILE go together: a text without expected counts proves nothing',
    );
  }
  return {
    once,
    requests,
    runs,
    intervalMs: wholeNumber('interval', values.interval, {
      min: 0,
      max: 60_000,
      preset: once ? 50 : 2_000,
    }),
    platforms: parsePlatforms(values.platforms),
    full: values.full,
    ...(values.json === undefined ? {} : { json: values.json }),
    ...(values.html === undefined ? {} : { html: values.html }),
    ...(values.save === undefined ? {} : { save: values.save }),
    ...(values.works !== undefined && values.queries !== undefined
      ? { works: { folder: values.works, queriesFile: values.queries } }
      : {}),
    frontEndSpans: choice(
      'front-end-spans',
      values['front-end-spans'],
      ['always', 'real', 'never'],
      'real',
    ),
    dropSampledFlag: values['drop-sampled-flag'],
    rewriteParent: !values['no-rewrite'],
    billing: choice('billing', values.billing, ['instance', 'request'], 'instance'),
    delays: (values.delay ?? []).map(parseDelay),
    verbose: values.verbose,
  };
}

function parsePlatforms(value: string | undefined): readonly PlatformName[] {
  if (value === undefined) return PLATFORMS;
  const names = value.split(',');
  const known = PLATFORMS.filter((name) => names.includes(name));
  if (known.length === names.length && known.length > 0) return known;
  throw new UsageError(
    `--platforms is ${JSON.stringify(value)}; allowed: cloud_run, gke or cloud_run,gke`,
  );
}

function parseDelay(value: string): Delay {
  const match = /^(cloud_run|gke)\/(loadgen|client|server)=(\d{1,5})$/.exec(value);
  if (!match) {
    throw new UsageError(
      `--delay is ${JSON.stringify(value)}; allowed: PLATFORM/HOP=MS with PLATFORM cloud_run or ` +
        'gke, HOP loadgen, client or server, MS from 0 to 99999, for example gke/server=20',
    );
  }
  return {
    platform: match[1] as PlatformName,
    hop: match[2] as ProgramName,
    delayMs: Number(match[3]),
  };
}

/** How many requests each run issues: as even as whole numbers allow, adding up to `requests`. */
export function splitIntoRuns(requests: number, runs: number): number[] {
  return Array.from(
    { length: runs },
    (_, run) => Math.floor(((run + 1) * requests) / runs) - Math.floor((run * requests) / runs),
  );
}
