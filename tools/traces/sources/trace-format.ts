import type { DeviationKind } from '../deviation.ts';
import type { Span } from '../model.ts';

/** Hears of a deviation, with the value that shows it; `count`: 1 where it is absent. */
export type Report = (
  kind: DeviationKind,
  seen: Readonly<{ value: string; count?: number; traceId?: string; spanId?: string }>,
) => void;

/** Hears of each member that a message does not know. */
export const unknownTo = (report: Report) => (of: string, name: string) =>
  report('unknown-member', { value: `${JSON.stringify(name)} of ${of}` });

export type TraceFormat = Readonly<{
  /** As people call it, for messages. */
  name: string;
  /** By one document of a file: an object or a list, parsed. */
  recognise(document: object): boolean;
  /**
   * The spans of one document; a trace's may be spread over many. Throws UnreadableError where it
   * cannot be read as what it was recognised for, and reports what deviates.
   */
  read(document: object, report: Report): readonly Span[];
  /** How a document that is cut off is read up to there; absent where it cannot be. */
  cut?: Readonly<{
    /** The names of lists whose elements each stand for themselves. */
    lists: ReadonlySet<string>;
    /** The document up to the cut, without the parts that need the lost rest to be read correctly. */
    trim(document: object): object;
  }>;
}>;
