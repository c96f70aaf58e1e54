import { resolve } from 'node:path';
import { checkOutput, UsageError } from '../cli/command-line.ts';
import type { CompareFlags } from '../cli/commands/compare.ts';
import { flagsOfOrigin, type Origin, originOf } from '../cli/origin.ts';
import { checkWindow, parseTime } from '../cli/time-window.ts';
import { filterOf, readingOf } from '../traces/profile/reading.ts';
import type { ReadOptions } from '../traces/sources/open-cloud-trace.ts';
import { FILE_BUDGET, sampleOptions } from '../traces/sources/sampling/sample-options.ts';
import {
  type Cohort,
  labelled,
  PRESETS,
  parseCohort,
  type Side,
  type Sides,
} from './cohorts/cohort.ts';
import type { Collecting } from './cohorts/collector.ts';
import { type Condition, parseCondition } from './gate/condition.ts';

export type Options = ReadOptions &
  Readonly<{
    /** Their own windows lie in the one that is read. */
    cohorts: Sides<Cohort>;
    collecting: Collecting;
    json: string | true | undefined;
    html: string | undefined;
    save: string | undefined;
    /** To append Markdown to. */
    summary: string | undefined;
    conditions: readonly Condition[];
    requireVerdict: boolean;
    /** With them another command reads the same traces. */
    sameTraces: string;
    /** The same command with its relative times counted from another moment. */
    at(nowMs: number): Options;
  }>;

const TIMES = ['since', 'until', 'aSince', 'aUntil', 'bSince', 'bUntil'] as const;

/** Throws UsageError. */
export function parseOptions(flags: CompareFlags, nowMs: number): Options {
  const origin = originOf(flags);
  for (const flag of ['json', 'html', 'save', 'summary'] as const) {
    if (origin.kind === 'files') checkNotRead(flag, flags[flag], origin.paths);
    checkOutput(flag, flags[flag]);
  }
  if (origin.kind === 'files' && origin.sides !== undefined && flags.save !== undefined) {
    throw new UsageError(
      '--save is not valid with --from-a and --from-b: one file does not say which trace is of which side. Give both files to compare again, or save each alone: compare --from FILE --save FILE',
    );
  }
  const conditions = (flags.failIf ?? []).map(parseCondition);
  if (flags.requireVerdict === true && conditions.length === 0) {
    throw new UsageError('--require-verdict is valid only with --fail-if');
  }
  if (origin.kind === 'bigquery' && origin.explain) {
    for (const flag of ['html', 'save'] as const) {
      if (flags[flag] === undefined) continue;
      throw new UsageError(`--${flag} and --explain exclude each other: nothing is read`);
    }
  }
  const since = flags.since ?? (origin.kind === 'files' ? undefined : '30m');
  const given = { ...flags, since };
  const { pairBy } = flags;
  const reading = readingOf(flags, pairBy === undefined ? [] : ['--pair-by']);
  const fixed = {
    origin,
    times: JSON.stringify(TIMES.map((flag) => given[flag] ?? null)),
    filter: filterOf(reading, flags.filter),
    collecting: { reading, pairBy: pairBy ?? null },
    ...sampleOptions(flags, origin, FILE_BUDGET),
    restart: flags.restart === true,
    json: flags.json,
    html: flags.html,
    save: flags.save,
    summary: flags.summary,
    conditions,
    requireVerdict: flags.requireVerdict === true,
    sameTraces: [
      flagsOfOrigin(origin),
      ...(flags.since === undefined ? [] : [`--since ${flags.since}`]),
      ...(flags.until === undefined ? [] : [`--until ${flags.until}`]),
      ...numberFlags({ '--max-runs': flags.maxRuns, '--max-bytes': flags.maxBytes }),
      ...(flags.seed === undefined ? [] : [`--seed ${flags.seed}`]),
      ...(reading.profile === null ? [] : [`--profile ${reading.profile}`]),
      ...(flags.root === undefined ? [] : [`--root '${flags.root}'`]),
    ].join(' '),
  };
  const at = (askedAtMs: number): Options => ({
    ...fixed,
    ...parseWindows(given, askedAtMs, origin),
    askedAtMs,
    at,
  });
  return at(nowMs);
}

const numberFlags = (flags: Readonly<Record<string, number | undefined>>): readonly string[] =>
  Object.entries(flags).flatMap(([flag, value]) =>
    value === undefined ? [] : [`${flag} ${Number.isFinite(value) ? value : 'all'}`],
  );

/** Throws UsageError where a result would replace a file that is read. */
function checkNotRead(flag: string, file: string | true | undefined, paths: readonly string[]) {
  if (typeof file !== 'string') return;
  if (!paths.some((path) => resolve(path) === resolve(file))) return;
  throw new UsageError(`--${flag} ${file} would overwrite a file that is read`);
}

type Given = Omit<CompareFlags, 'since'> & { since: string | undefined };

/** The cohorts with their windows, and the one window that holds both. */
function parseWindows(given: Given, nowMs: number, origin: Origin) {
  const since = parseTime('since', given.since, nowMs);
  const until = parseTime('until', given.until, nowMs);
  const sides = origin.kind === 'files' ? origin.sides : undefined;
  const cohortOf = (side: Side) => {
    const [ownSince, ownUntil] = [given[`${side}Since`], given[`${side}Until`]];
    const sinceMs = parseTime(`${side}-since`, ownSince, nowMs) ?? since;
    const untilMs = parseTime(`${side}-until`, ownUntil, nowMs) ?? until;
    checkWindow(`--${side}`, sinceMs, untilMs ?? nowMs);
    const ownWindow = (ownSince ?? ownUntil) !== undefined;
    const filter = given[side];
    return parseCohort(side, filter ?? PRESETS[side], {
      ...{ sinceMs, untilMs, thisYear: new Date(nowMs).getUTCFullYear(), ownWindow },
      ...{ preset: filter === undefined, files: sides?.[side] },
    });
  };
  const [a, b] = [cohortOf('a'), cohortOf('b')];
  return {
    cohorts: labelled({ a, b }),
    sinceMs: Math.min(a.sinceMs ?? 0, b.sinceMs ?? 0),
    windows: [a, b].map(({ sinceMs, untilMs }) => ({
      startMs: sinceMs ?? 0,
      endMs: untilMs ?? nowMs,
    })),
    untilMs: a.untilMs === null || b.untilMs === null ? null : Math.max(a.untilMs, b.untilMs),
  };
}
