import { ATTR, UNEXPECTED_RESULT } from '../../lib/telemetry/names.ts';
import type { Span } from './model.ts';

export type WrongCount = Readonly<{ query: string; count: string; expected: string }>;

/** The answer that a span says is not the known one; null where it says none. */
export function wrongCountOf({ attributes }: Span): WrongCount | null {
  const { [ATTR.matchCount]: count, [ATTR.expectedCount]: expected } = attributes;
  const differs = count !== undefined && expected !== undefined && count !== expected;
  if (attributes[ATTR.errorType] !== UNEXPECTED_RESULT && !differs) return null;
  return { query: attributes[ATTR.query] ?? '?', count: count ?? '?', expected: expected ?? '?' };
}

/** The wrong counts among these spans, each once, with how many spans say it; most first. */
export function tallyWrongCounts(
  spans: readonly Span[],
): readonly (WrongCount & Readonly<{ requests: number }>)[] {
  const groups = Map.groupBy(
    spans.flatMap((span) => wrongCountOf(span) ?? []),
    describeWrongCount,
  );
  return [...groups.values()]
    .flatMap((same) => same.slice(0, 1).map((wrong) => ({ ...wrong, requests: same.length })))
    .sort((one, other) => other.requests - one.requests || (one.query < other.query ? -1 : 1));
}

export const describeWrongCount = ({ query, count, expected }: WrongCount): string =>
  `the count of ${JSON.stringify(query)} is ${count}, expected ${expected}`;
