import { basename } from 'node:path';
import { UsageError } from '../../cli/command-line.ts';
import type { NormalisedTrace } from '../../traces/normalise.ts';
import type { Profile } from '../../traces/profile/profile.ts';
import { PLATFORM_LABELS } from '../../traces/span.ts';

/** A value for each of the two cohorts. */
export type Sides<T> = Readonly<{ a: T; b: T }>;
export type Side = keyof Sides<unknown>;
export const SIDES = ['a', 'b'] as const satisfies readonly Side[];

/** Which traces belong to one side of the comparison. */
export type Cohort = Readonly<{
  /** How people call it. */
  label: string;
  /** As given. */
  filter: string;
  /** Every pair must be a label of some span of the trace. */
  pairs: readonly Readonly<{ key: string; value: string }>[];
  /** Epoch milliseconds; a trace belongs by its first span's start: since ≤ start < until. */
  sinceMs: number | null;
  untilMs: number | null;
  /** In which it is asked for: times of another year say theirs. */
  thisYear: number | null;
  /** The window is this cohort's alone, not that of all that is read. */
  ownWindow: boolean;
  /** Nobody asked for the filter: it names one of the two platforms of the reference system. */
  preset: boolean;
  /** It has its own files, and what is in them is of no other cohort. */
  ownFiles: boolean;
}>;

type Given = Partial<Pick<Cohort, 'sinceMs' | 'untilMs' | 'thisYear' | 'ownWindow' | 'preset'>> &
  Readonly<{
    /** The files that hold this cohort alone. */
    files?: readonly string[] | undefined;
  }>;

/** The two cohorts of the reference system. */
export const PRESETS: Sides<string> = {
  a: 'cloud.platform=gcp_cloud_run',
  b: 'cloud.platform=gcp_kubernetes_engine',
};

/** Parses `key=value[,key=value]`; a value may hold '=' but no ','. Throws UsageError. */
export function parseCohort(side: Side, filter: string, given: Given = {}): Cohort {
  const { sinceMs = null, untilMs = null, thisYear = null } = given;
  const { ownWindow = false, preset = false, files } = given;
  const pairs = parsePairs(side, filter);
  const [first, ...others] = pairs;
  const platform = first?.key === 'cloud.platform' && others.length === 0 ? first.value : '';
  return {
    label: PLATFORM_LABELS[platform] ?? filter,
    filter,
    pairs,
    ...{ sinceMs, untilMs, thisYear, ownWindow, preset, ownFiles: false },
    ...(files !== undefined && ofFiles(files, preset ? null : { filter, pairs })),
  };
}

function parsePairs(side: Side, filter: string): Cohort['pairs'] {
  return filter.split(',').map((pair) => {
    const at = pair.indexOf('=');
    const key = pair.slice(0, at).trim();
    const value = pair.slice(at + 1).trim();
    if (at < 1 || key === '' || value === '') {
      throw new UsageError(
        `--${side} is ${JSON.stringify(filter)}; allowed: key=value[,key=value], e.g. ${PRESETS.a}`,
      );
    }
    return { key, value };
  });
}

/** Everything in the files, or what the filter takes of it. */
function ofFiles(files: readonly string[], filter: Pick<Cohort, 'filter' | 'pairs'> | null) {
  const [first = '', ...others] = files.map((file) => basename(file));
  const label = others.length === 0 ? first : `${first} and ${others.length} more`;
  const from = `in ${files.join(', ')}`;
  return {
    label,
    filter: filter === null ? from : `${filter.filter} ${from}`,
    pairs: filter?.pairs ?? [],
    ...{ preset: false, ownFiles: true },
  };
}

const NOT_CHOSEN = 'not chosen';

/** Of another system nobody knows which two platforms are meant: only what was asked for counts. */
export function cohortsOf(profile: Profile, { a, b }: Sides<Cohort>): Sides<Cohort> {
  if (profile === 'shakesapp' || !(a.preset || b.preset)) return { a, b };
  const asked = (cohort: Cohort): Cohort =>
    cohort.preset
      ? { ...cohort, label: cohort.ownWindow ? '' : NOT_CHOSEN, filter: '', pairs: [] }
      : cohort;
  return labelled({ a: asked(a), b: asked(b) });
}

/** Whether something says which requests belong to it. */
export const isChosen = ({ pairs, ownWindow, ownFiles }: Cohort): boolean =>
  pairs.length > 0 || ownWindow || ownFiles;

/**
 * Labels that tell the two apart: windows of one filter are called by their time, files of one name by
 * their side.
 */
export function labelled({ a, b }: Sides<Cohort>): Sides<Cohort> {
  if (a.label !== b.label) return { a, b };
  if (a.ownFiles) {
    return { a: { ...a, label: `${a.label} (A)` }, b: { ...b, label: `${b.label} (B)` } };
  }
  const timed = (cohort: Cohort) => ({
    ...cohort,
    label: `${cohort.label}${windowText(cohort)}`.trim(),
  });
  return { a: timed(a), b: timed(b) };
}

/** ` 03-02 10:00–10:30Z`: short, because columns of a table are; of another year ` 2025-03-02 10:00–…`. */
function windowText({ sinceMs, untilMs, thisYear }: Cohort): string {
  const isThisYear = [sinceMs, untilMs].every(
    (ms) => thisYear === null || ms === null || new Date(ms).getUTCFullYear() === thisYear,
  );
  const minute = (ms: number) =>
    new Date(ms)
      .toISOString()
      .slice(isThisYear ? 5 : 0, 16)
      .replace('T', ' ');
  if (sinceMs === null) return untilMs === null ? '' : ` until ${minute(untilMs)}Z`;
  if (untilMs === null) return ` since ${minute(sinceMs)}Z`;
  const [since, until] = [minute(sinceMs), minute(untilMs)];
  const sameDay = since.slice(0, -6) === until.slice(0, -6);
  return ` ${since}–${sameDay ? until.slice(-5) : until}Z`;
}

export const CLOUD_RUN = parseCohort('a', PRESETS.a, { preset: true });
export const GKE = parseCohort('b', PRESETS.b, { preset: true });

export const matchesCohort = (tree: NormalisedTrace, cohort: Cohort): boolean =>
  inWindow(tree, cohort) &&
  cohort.pairs.every(({ key, value }) =>
    // Only the system's own programs decide; the platform's front end stores spans too, with labels
    // of another kind, and on the way from one platform to another they would speak for both.
    tree.nodes.some(({ frontEnd, span }) => !frontEnd && span.attributes[key] === value),
  );

export function inWindow({ nodes }: NormalisedTrace, { sinceMs, untilMs }: Cohort): boolean {
  if (sinceMs === null && untilMs === null) return true;
  const startMs = nodes.reduce((first, { span }) => Math.min(first, span.startMs), Infinity);
  return (sinceMs === null || startMs >= sinceMs) && (untilMs === null || startMs < untilMs);
}
