import { WORDS } from './deviation-kinds.ts';

export type DeviationKind = keyof typeof WORDS;
/** What may move a figure or hide a loss; the others were read right, and nothing is lost. */
export type WarningKind = {
  [Kind in DeviationKind]: (typeof WORDS)[Kind]['warning'] extends true ? Kind : never;
}[DeviationKind];
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

export const isWarning = (kind: DeviationKind): kind is WarningKind => WORDS[kind].warning;

/** What to do about it. */
export const adviceOnDeviation = (kind: WarningKind): string => WORDS[kind].advice;

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
