import { checkOutput, UsageError } from '../cli/command-line.ts';
import type { UpFlags } from '../cli/commands/up.ts';
import { LONGEST_LIVE_RUN_MS } from './first-run.ts';
import { refuseConflicts } from './flag-conflicts.ts';
import type { Level } from './instrument.ts';
import type { PlatformName, ProgramName } from './platforms/platform.ts';
import { parseWithout, type Without } from './protections.ts';
import { parseReplaced, type Replaced } from './replaced-option.ts';

const PLATFORMS: readonly PlatformName[] = ['cloud_run', 'gke'];

export type Delay = Readonly<{ platform: PlatformName; hop: ProgramName; delayMs: number }>;

export type Options = Readonly<{
  /** As they were given: for a command that repeats the run. */
  flags: UpFlags;
  once: boolean;
  requests: number;
  runs: number;
  intervalMs: number;
  platforms: readonly PlatformName[];
  /** Every figure of the comparison instead of a line per hop. */
  full: boolean;
  json?: string | true;
  html?: string;
  save?: string;
  /** Files of traces that the page lists too. */
  beside: readonly string[];
  works?: Readonly<{ folder: string; queriesFile: string }>;
  frontEndSpans: 'always' | 'real' | 'never';
  dropSampledFlag: boolean;
  rewriteParent: boolean;
  billing: 'instance' | 'request';
  delays: readonly Delay[];
  instrument: Level;
  without: readonly Without[];
  /** Beside the trace that is shown: its log lines, and its headers on the wire. */
  logs: boolean;
  headers: boolean;
  saveLogs?: string;
  replaced: readonly Replaced[];
  verbose: boolean;
}>;

/**
 * The comparison tests runs and wants six of warm requests; the first run is all cold. So 60
 * requests make eight runs, and one to spare.
 */
const REQUESTS_PER_RUN = 8;

/** Throws UsageError. */
export function parseOptions(flags: UpFlags): Options {
  const { requests, works, queries } = flags;
  const once = flags.once === true;
  const { instrument = 'all' } = flags;
  const platforms = parsePlatforms(flags.platforms);
  refuseConflicts(flags, platforms);
  for (const flag of ['json', 'html', 'save'] as const) checkOutput(flag, flags[flag]);
  checkOutput('save-logs', flags.saveLogs);
  const { runs = once ? Math.ceil(requests / REQUESTS_PER_RUN) : 1 } = flags;
  if (runs > requests) {
    throw new UsageError(
      `--runs is "${runs}"; allowed: at most one for each of ${requests} requests`,
    );
  }
  if ((works === undefined) !== (queries === undefined)) {
    throw new UsageError(
      '--works DIR and --queries FILE go together: a text without expected counts proves nothing',
    );
  }
  return {
    flags,
    once,
    requests,
    runs,
    intervalMs: once ? (flags.interval ?? 50) : liveIntervalMs(requests, flags.interval),
    platforms,
    full: flags.full === true,
    ...(flags.json === undefined ? {} : { json: flags.json }),
    ...(flags.html === undefined ? {} : { html: flags.html }),
    ...(flags.save === undefined ? {} : { save: flags.save }),
    beside: flags.beside ?? [],
    ...(works !== undefined && queries !== undefined
      ? { works: { folder: works, queriesFile: queries } }
      : {}),
    frontEndSpans: flags.frontEndSpans,
    dropSampledFlag: flags.dropSampledFlag === true,
    rewriteParent: flags.rewrite,
    billing: flags.billing,
    delays: (flags.delay ?? []).map(parseDelay),
    instrument,
    without: (flags.without ?? []).map(parseWithout),
    logs: flags.logs === true,
    headers: flags.headers === true,
    ...(flags.saveLogs === undefined ? {} : { saveLogs: flags.saveLogs }),
    replaced: parseReplaced(flags.replace ?? [], platforms, flags.billing),
    verbose: flags.verbose === true,
  };
}

/** Of the codelab; shorter where so many requests would not fit into a minute. */
const LIVE_INTERVAL_MS = 2_000;

function liveIntervalMs(requests: number, asked: number | undefined): number {
  const longestMs = Math.floor(LONGEST_LIVE_RUN_MS / Math.max(1, requests - 1));
  if (asked === undefined) return Math.min(LIVE_INTERVAL_MS, longestMs);
  const lengthMs = (requests - 1) * asked;
  if (lengthMs <= LONGEST_LIVE_RUN_MS) return asked;
  throw new UsageError(
    `--requests ${requests} with --interval ${asked} takes ${lengthMs / 1_000} s, and without --once a ` +
      `run starts every minute; allowed: at most ${LONGEST_LIVE_RUN_MS / 1_000} s, so --interval ` +
      `${longestMs} or less`,
  );
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
