/**
 * What was met in traces that is not as it should be, and was read nevertheless. What cannot be read
 * is refused instead, with file, line and value. Kinds marked as warnings may move a figure or hide
 * a loss, so every tool says them; the others are read right, and only worth a note.
 *
 * `one` and `many` follow the count: a sentence each, because a plural changes more than a noun.
 */
type Words = Readonly<{ warning: boolean; one: string; many: string }>;

const WORDS = {
  // found by the source
  'base64-id': {
    warning: false,
    one: 'identifier is base64 instead of hexadecimal; it was decoded',
    many: 'identifiers are base64 instead of hexadecimal; they were decoded',
  },
  'old-scope-name': {
    warning: false,
    one: 'resource lists its spans as instrumentationLibrarySpans, the name before OTLP 1.0',
    many: 'resources list their spans as instrumentationLibrarySpans, the name before OTLP 1.0',
  },
  'other-signal': {
    warning: false,
    one: 'document holds metrics or logs, which were skipped',
    many: 'documents hold metrics or logs, which were skipped',
  },
  'duplicate-span': {
    warning: false,
    one: 'span was stored twice, as after a retry; it counts once',
    many: 'spans were stored twice, as after a retry; each counts once',
  },
  'unknown-member': {
    warning: true,
    one: 'member has a name that the format does not have; it was skipped',
    many: 'members have names that the format does not have; they were skipped',
  },
  'dropped-by-sdk': {
    warning: true,
    one: "attribute, event or link was dropped by the program's own SDK before it exported the span",
    many: "attributes, events or links were dropped by the program's own SDK before it exported the spans",
  },
  'conflicting-span': {
    warning: true,
    one: 'span has the id of another span of its trace; it was left out',
    many: 'spans have the id of another span of their trace; they were left out',
  },
  'no-spans': {
    warning: true,
    one: 'request, resource or scope lists no spans',
    many: 'requests, resources or scopes list no spans',
  },
  'empty-value': {
    warning: true,
    one: 'attribute has a key and no value',
    many: 'attributes have keys and no values',
  },
  'repeated-key': {
    warning: true,
    one: 'attribute has two values under one key; the last one counts',
    many: 'attributes have two values under one key; the last one counts',
  },
  'unnamed-span': { warning: true, one: 'span has no name', many: 'spans have no name' },
  'impossible-event-time': {
    warning: false,
    one: 'event has an impossible time; it is shown at the start of its span',
    many: 'events have impossible times; each is shown at the start of its span',
  },
  'span-limit': {
    warning: true,
    one: 'trace has as many spans as the API returns at most; it may be cut off',
    many: 'traces have as many spans as the API returns at most; they may be cut off',
  },
  'implausible-date': {
    warning: true,
    one: 'span starts before the year 2000: the times may not be in nanoseconds',
    many: 'spans start before the year 2000: the times may not be in nanoseconds',
  },
  'duplicate-trace': {
    warning: true,
    one: 'trace is in the file twice; it counts once, and another one may be missing',
    many: 'traces are in the file twice; each counts once, and others may be missing',
  },
  'conflicting-trace': {
    warning: true,
    one: 'trace is in the file again, with other spans; the first one counts',
    many: 'traces are in the file again, with other spans; the first ones count',
  },
  // found in a tree
  'impossible-time': {
    warning: true,
    one: 'span has impossible times; no figure counts its request',
    many: 'spans have impossible times; no figure counts their requests',
  },
  'several-requests': {
    warning: true,
    one: 'request shares a trace id with other requests; it is counted as a request',
    many: 'requests share a trace id with other requests; each is counted as a request',
  },
  'surplus-root': {
    warning: true,
    one: 'span has no parent, beside the root of its trace',
    many: 'spans have no parent, beside the root of their trace',
  },
  cycle: {
    warning: true,
    one: 'span is its own ancestor; the cycle was cut there',
    many: 'spans are their own ancestors; the cycles were cut there',
  },
} as const satisfies Record<string, Words>;

export type DeviationKind = keyof typeof WORDS;
export const DEVIATION_KINDS = Object.keys(WORDS) as DeviationKind[];

/** Where one was seen; null: it does not say, or does not apply. */
export type Example = Readonly<{
  file: string | null;
  line: number | null;
  traceId: string | null;
  spanId: string | null;
  value: string | null;
}>;

export type Deviation = Readonly<{ kind: DeviationKind; count: number; example: Example }>;

export const NO_EXAMPLE: Example = {
  file: null,
  line: null,
  traceId: null,
  spanId: null,
  value: null,
};

/** Whether it may move a figure or hide a loss; else it was read right, and nothing is lost. */
export const isWarning = (kind: DeviationKind): boolean => WORDS[kind].warning;

/** One sentence with the count and an example. */
export function describeDeviation({ kind, count, example }: Deviation): string {
  const { one, many } = WORDS[kind];
  const place = [
    example.value,
    example.file === null ? null : placeOf(example.file, example.line),
    example.traceId === null ? null : `trace ${example.traceId}`,
    example.spanId === null ? null : `span ${example.spanId}`,
  ].filter((part) => part !== null);
  const seen = place.length === 0 ? '' : ` (${count > 1 ? 'e.g. ' : ''}${place.join(', ')})`;
  return `${count} ${count === 1 ? one : many}${seen}.`;
}

export const placeOf = (file: string, line: number | null): string =>
  line === null ? file : `${file}, line ${line}`;

/** Adds up by kind; the first example of each stays. */
export function createDeviationTally() {
  const byKind = new Map<DeviationKind, Deviation>();
  return {
    add(deviation: Deviation): void {
      const known = byKind.get(deviation.kind);
      if (known === undefined) byKind.set(deviation.kind, deviation);
      else byKind.set(deviation.kind, { ...known, count: known.count + deviation.count });
    },
    /** Warnings first, else in the order of the list above. */
    all(): readonly Deviation[] {
      const found = DEVIATION_KINDS.flatMap((kind) => byKind.get(kind) ?? []);
      return [
        ...found.filter(({ kind }) => isWarning(kind)),
        ...found.filter(({ kind }) => !isWarning(kind)),
      ];
    },
    clear: () => byKind.clear(),
  };
}
