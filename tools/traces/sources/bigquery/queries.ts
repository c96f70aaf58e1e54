import { MINUTE_MS, type Slice } from '../sampling/slices.ts';
import type { Query } from './big-query.ts';
import type { LabelTerm } from './label-filter.ts';
import { namedStatement, spansStatement, totalsStatement } from './statements.ts';
import { nameOf, type View } from './view-name.ts';

/**
 * Spans so long before and after the window are read too: a trace that began before it is not of the
 * window, and one that begins in it may go on after it.
 */
const MARGIN_MS = 15 * 60_000;

/** Of traces outside of the minutes that are read: so many in which something failed. */
export const MOST_FAILED = 2_000;

export type Asked = Readonly<{
  view: View;
  sinceMs: number;
  untilMs: number;
  labels: readonly LabelTerm[];
}>;

export const totalsQuery = (asked: Asked): Query => ({
  statement: totalsStatement(nameOf(asked.view), asked.labels.length),
  parameters: parametersFor(asked),
});

/** Of the traces that begin in these minutes; null: of all. */
export const spansQuery = (asked: Asked, minutes: Minutes): Query => ({
  statement: spansStatement(nameOf(asked.view), asked.labels.length),
  ...ofMinutes(asked, minutes),
});

export const namedQuery = (asked: Asked, traceIds: readonly string[]): Query => ({
  statement: namedStatement(nameOf(asked.view)),
  parameters: { ...margins(asked), trace_ids: traceIds },
  types: { trace_ids: ['STRING'] },
});

type Minutes = readonly Slice[] | null;

const ofMinutes = (asked: Asked, minutes: Minutes): Omit<Query, 'statement'> => ({
  parameters: {
    ...parametersFor(asked),
    every_minute: minutes === null,
    minutes: (minutes ?? []).map(({ startMs }) => Math.floor(startMs / MINUTE_MS)),
    most_failed: MOST_FAILED,
  },
  types: { minutes: ['INT64'] },
});

const parametersFor = (asked: Asked): Query['parameters'] => ({
  since: new Date(asked.sinceMs),
  until: new Date(asked.untilMs),
  ...margins(asked),
  ...Object.fromEntries(asked.labels.flatMap(parametersOf)),
});

const margins = ({ sinceMs, untilMs }: Asked) => ({
  read_since: new Date(sinceMs - MARGIN_MS),
  read_until: new Date(untilMs + MARGIN_MS),
});

/** A key with dots is one member in quotes. */
const parametersOf = ({ key, value, prefix }: LabelTerm, index: number) => [
  [`label_path_${index}`, `$."${key}"`],
  [`label_value_${index}`, value],
  [`label_prefix_${index}`, prefix],
];
