import type { Waterfall, WaterfallSpan } from '../../traces/waterfall.ts';

/** A row of one or two waterfalls: the spans of one path, the n-th below the n-th. */
export type Row = Readonly<{ path: string; depth: number; a?: WaterfallSpan; b?: WaterfallSpan }>;

/**
 * Lays two traces over each other. Rows keep the order of a; what only b has comes after the row
 * that precedes it in b:
 *
 *     a: root  http  front  get        rows: root  http  front  get  extra
 *     b: root  http  get    extra
 */
export function pairRows(a: Waterfall | null, b: Waterfall | null): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const [key, span] of keyed(a)) {
    rows.set(key, { path: span.path, depth: span.depth, a: span });
  }
  const order = [...rows.keys()];
  let previous = -1;
  for (const [key, span] of keyed(b)) {
    const row = rows.get(key);
    if (row) {
      rows.set(key, { ...row, depth: Math.max(row.depth, span.depth), b: span });
      previous = order.indexOf(key);
    } else {
      rows.set(key, { path: span.path, depth: span.depth, b: span });
      previous += 1;
      order.splice(previous, 0, key);
    }
  }
  return order.flatMap((key) => rows.get(key) ?? []);
}

function keyed(trace: Waterfall | null): (readonly [string, WaterfallSpan])[] {
  const seen = new Map<string, number>();
  return (trace?.spans ?? []).map((span) => {
    const occurrence = seen.get(span.path) ?? 0;
    seen.set(span.path, occurrence + 1);
    return [`${occurrence} ${span.path}`, span] as const;
  });
}

/**
 * As many colours as the style sheet has: more than a complete request has paths. Beyond them the
 * first one comes again.
 */
export const COLOURS = 10;

/** One colour per path, the same in every part of the page; the platform's own spans are grey. */
export function createColours(
  steps: Iterable<Readonly<{ path: string; frontEnd?: boolean }>>,
): (path: string) => string {
  const colours = new Map<string, string>();
  let next = 0;
  for (const { path, frontEnd } of steps) {
    if (frontEnd) colours.set(path, 'front-end');
    else if (!colours.has(path)) colours.set(path, `c${next++ % COLOURS}`);
  }
  return (path) => colours.get(path) ?? 'c0';
}
