/**
 * What was met in traces that is not as it should be, and was read nevertheless. What cannot be read
 * is refused instead, with file, line and value. Kinds marked as warnings may move a figure or hide
 * a loss, so every tool says them; the others are read right, and only worth a note.
 */
type Words = Readonly<{ warning: boolean; one: string; many: string; what: string }>;

const WORDS = {
  // found by the source
  'base64-id': {
    warning: false,
    one: 'identifier is',
    many: 'identifiers are',
    what: 'base64 instead of hexadecimal, and was decoded',
  },
  'old-scope-name': {
    warning: false,
    one: 'resource lists its spans',
    many: 'resources list their spans',
    what: 'as instrumentationLibrarySpans, the name before OTLP 1.0',
  },
  'other-signal': {
    warning: false,
    one: 'document holds',
    many: 'documents hold',
    what: 'metrics or logs, which were skipped',
  },
  'duplicate-span': {
    warning: false,
    one: 'span was',
    many: 'spans were',
    what: 'stored twice, as after a retry, and counts once',
  },
  'unknown-member': {
    warning: true,
    one: 'member has',
    many: 'members have',
    what: 'a name that the format does not have, and was skipped',
  },
  'dropped-by-sdk': {
    warning: true,
    one: 'attribute, event or link was',
    many: 'attributes, events or links were',
    what: "dropped by the program's own SDK before it exported the span",
  },
  'conflicting-span': {
    warning: true,
    one: 'span has',
    many: 'spans have',
    what: 'the id of another span of its trace, and was left out',
  },
  'no-scope-spans': {
    warning: true,
    one: 'resource has',
    many: 'resources have',
    what: 'no scopeSpans, and so no spans',
  },
  'repeated-key': {
    warning: true,
    one: 'attribute has',
    many: 'attributes have',
    what: 'two values under one key; the last one counts',
  },
  'unnamed-span': { warning: true, one: 'span has', many: 'spans have', what: 'no name' },
  'impossible-event-time': {
    warning: false,
    one: 'event has',
    many: 'events have',
    what: 'an impossible time; it is shown at the start of its span',
  },
  'span-limit': {
    warning: true,
    one: 'trace has',
    many: 'traces have',
    what: 'as many spans as the API returns at most: it may be cut off',
  },
  'implausible-date': {
    warning: true,
    one: 'span starts',
    many: 'spans start',
    what: 'before the year 2000: the times may not be in nanoseconds',
  },
  'duplicate-trace': {
    warning: false,
    one: 'trace is',
    many: 'traces are',
    what: 'in the file twice, and counts once',
  },
  'conflicting-trace': {
    warning: true,
    one: 'trace is',
    many: 'traces are',
    what: 'in the file again, with other spans; the first one counts',
  },
  // found in a tree
  'impossible-time': {
    warning: true,
    one: 'span has',
    many: 'spans have',
    what: 'impossible times; no figure counts its request',
  },
  'several-requests': {
    warning: true,
    one: 'request shares',
    many: 'requests share',
    what: 'a trace id with other requests; each is counted as a request',
  },
  'surplus-root': {
    warning: true,
    one: 'span has',
    many: 'spans have',
    what: 'no parent, beside the root of its trace',
  },
  cycle: {
    warning: true,
    one: 'span is',
    many: 'spans are',
    what: 'its own ancestor; the cycle was cut there',
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
  const { one, many, what } = WORDS[kind];
  const place = [
    example.value,
    example.file === null ? null : placeOf(example.file, example.line),
    example.traceId === null ? null : `trace ${example.traceId}`,
    example.spanId === null ? null : `span ${example.spanId}`,
  ].filter((part) => part !== null);
  const seen = place.length === 0 ? '' : ` (${count > 1 ? 'e.g. ' : ''}${place.join(', ')})`;
  return `${count} ${count === 1 ? one : many} ${what}${seen}.`;
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
