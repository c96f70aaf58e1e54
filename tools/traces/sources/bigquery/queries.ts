import type { Query } from './big-query.ts';
import type { LabelTerm } from './label-filter.ts';
import type { Slices } from './slices.ts';
import { namedStatement, spansStatement, totalsStatement } from './statements.ts';
import { nameOf, type View } from './view-name.ts';

/**
 * Spans so long before and after the window are read too: a trace that began before it is not of the
 * window, and one that begins in it may go on after it.
 */
const MARGIN_MS = 15 * 60_000;

export type Asked = Readonly<{
  view: View;
  sinceMs: number;
  untilMs: number;
  labels: readonly LabelTerm[];
}>;

export const totalsQuery = (asked: Asked): Query => ({
  statement: totalsStatement(nameOf(asked.view), asked.labels.length),
  ...ofSlices(asked, null),
});

/** Of the traces that begin in the slices; null: of all. */
export const spansQuery = (asked: Asked, slices: Slices): Query => ({
  statement: spansStatement(nameOf(asked.view), asked.labels.length),
  ...ofSlices(asked, slices),
});

export const namedQuery = (asked: Asked, traceIds: readonly string[]): Query => ({
  statement: namedStatement(nameOf(asked.view)),
  parameters: { ...margins(asked), trace_ids: traceIds },
  types: { trace_ids: ['STRING'] },
});

function ofSlices(asked: Asked, slices: Slices): Omit<Query, 'statement'> {
  const { sinceMs, untilMs, labels } = asked;
  return {
    parameters: {
      since: new Date(sinceMs),
      until: new Date(untilMs),
      ...margins(asked),
      every_minute: slices === null,
      minutes: slices ?? [],
      ...Object.fromEntries(labels.flatMap(parametersOf)),
    },
    types: { minutes: ['INT64'] },
  };
}

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
