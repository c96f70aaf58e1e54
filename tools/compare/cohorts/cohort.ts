import { UsageError } from '../../cli/command-line.ts';
import type { NormalisedTrace } from '../../traces/normalise.ts';
import { PLATFORM_LABELS } from '../../traces/span.ts';

/** A value for each of the two cohorts. */
export type Sides<T> = Readonly<{ a: T; b: T }>;

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
  /** The window is this cohort's alone, not that of all that is read. */
  ownWindow: boolean;
}>;

/** Parses `key=value[,key=value]`; a value may hold '=' but no ','. Throws UsageError. */
export function parseCohort(
  flag: string,
  filter: string,
  window: { sinceMs?: number | null; untilMs?: number | null; ownWindow?: boolean } = {},
): Cohort {
  const pairs = filter.split(',').map((pair) => {
    const at = pair.indexOf('=');
    const key = pair.slice(0, at).trim();
    const value = pair.slice(at + 1).trim();
    if (at < 1 || key === '' || value === '') {
      throw new UsageError(
        `--${flag} is ${JSON.stringify(filter)}; allowed: key=value[,key=value], e.g. cloud.platform=gcp_cloud_run`,
      );
    }
    return { key, value };
  });
  const { sinceMs = null, untilMs = null, ownWindow = false } = window;
  const [first, ...others] = pairs;
  const platform = first?.key === 'cloud.platform' && others.length === 0 ? first.value : '';
  return {
    label: PLATFORM_LABELS[platform] ?? filter,
    filter,
    pairs,
    sinceMs,
    untilMs,
    ownWindow,
  };
}

/** Labels that tell the two apart: windows of one filter are called by their time. */
export function labelled({ a, b }: Sides<Cohort>): Sides<Cohort> {
  if (a.label !== b.label) return { a, b };
  const timed = (cohort: Cohort) => ({ ...cohort, label: `${cohort.label}${windowText(cohort)}` });
  return { a: timed(a), b: timed(b) };
}

/** ` 03-02 10:00–10:30Z`: short, because columns of a table are. */
function windowText({ sinceMs, untilMs }: Cohort): string {
  const minute = (ms: number) => new Date(ms).toISOString().slice(5, 16).replace('T', ' ');
  if (sinceMs === null) return untilMs === null ? '' : ` until ${minute(untilMs)}Z`;
  if (untilMs === null) return ` since ${minute(sinceMs)}Z`;
  const [since, until] = [minute(sinceMs), minute(untilMs)];
  const sameDay = since.slice(0, 5) === until.slice(0, 5);
  return ` ${since}–${sameDay ? until.slice(6) : until}Z`;
}

/** The two cohorts of the reference system. */
export const CLOUD_RUN = parseCohort('a', 'cloud.platform=gcp_cloud_run');
export const GKE = parseCohort('b', 'cloud.platform=gcp_kubernetes_engine');

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
