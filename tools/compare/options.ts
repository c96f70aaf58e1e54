import { resolve } from 'node:path';
import { checkOutput, UsageError } from '../cli/command-line.ts';
import type { CompareFlags } from '../cli/commands/compare.ts';
import { flagsOfOrigin, originOf } from '../cli/origin.ts';
import { checkWindow, parseTime } from '../cli/time-window.ts';
import type { ReadOptions } from '../traces/sources/open-cloud-trace.ts';
import { type Cohort, labelled, parseCohort, type Sides } from './cohorts/cohort.ts';

export type Options = ReadOptions &
  Readonly<{
    /** Their own windows lie in the one that is read. */
    cohorts: Sides<Cohort>;
    json: string | true | undefined;
    html: string | undefined;
    save: string | undefined;
    /** With them another command reads the same traces. */
    sameTraces: string;
    /** The same command with its relative times counted from another moment. */
    at(nowMs: number): Options;
  }>;

const TIMES = ['since', 'until', 'aSince', 'aUntil', 'bSince', 'bUntil'] as const;

/** Throws UsageError. */
export function parseOptions(flags: CompareFlags, nowMs: number): Options {
  const origin = originOf(flags);
  for (const flag of ['json', 'html', 'save'] as const) {
    if (origin.kind === 'files') checkNotRead(flag, flags[flag], origin.paths);
    checkOutput(flag, flags[flag]);
  }
  const since = flags.since ?? (origin.kind === 'files' ? undefined : '30m');
  const given = { ...flags, since };
  const fixed = {
    origin,
    times: JSON.stringify(TIMES.map((flag) => given[flag] ?? null)),
    filter: flags.filter,
    mostTraces: flags.maxTraces,
    restart: flags.restart === true,
    json: flags.json,
    html: flags.html,
    save: flags.save,
    sameTraces: [
      flagsOfOrigin(origin),
      ...(flags.since === undefined ? [] : [`--since ${flags.since}`]),
      ...(flags.until === undefined ? [] : [`--until ${flags.until}`]),
    ].join(' '),
  };
  const at = (askedAtMs: number): Options => ({
    ...fixed,
    ...parseWindows(given, askedAtMs),
    askedAtMs,
    at,
  });
  return at(nowMs);
}

/** Throws UsageError where a result would replace a file that is read. */
function checkNotRead(flag: string, file: string | true | undefined, paths: readonly string[]) {
  if (typeof file !== 'string') return;
  if (!paths.some((path) => resolve(path) === resolve(file))) return;
  throw new UsageError(`--${flag} ${file} would overwrite a file that is read`);
}

type Given = Omit<CompareFlags, 'since'> & { since: string | undefined };

/** The cohorts with their windows, and the one window that holds both. */
function parseWindows(given: Given, nowMs: number) {
  const since = parseTime('since', given.since, nowMs);
  const until = parseTime('until', given.until, nowMs);
  const cohortOf = (side: 'a' | 'b') => {
    const [ownSince, ownUntil] = [given[`${side}Since`], given[`${side}Until`]];
    const sinceMs = parseTime(`${side}-since`, ownSince, nowMs) ?? since;
    const untilMs = parseTime(`${side}-until`, ownUntil, nowMs) ?? until;
    checkWindow(`--${side}`, sinceMs, untilMs ?? nowMs);
    const ownWindow = (ownSince ?? ownUntil) !== undefined;
    return parseCohort(side, given[side], { sinceMs, untilMs, ownWindow });
  };
  const [a, b] = [cohortOf('a'), cohortOf('b')];
  return {
    cohorts: labelled({ a, b }),
    sinceMs: Math.min(a.sinceMs ?? 0, b.sinceMs ?? 0),
    untilMs: a.untilMs === null || b.untilMs === null ? null : Math.max(a.untilMs, b.untilMs),
  };
}
