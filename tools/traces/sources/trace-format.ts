import type { Span } from '../model.ts';
import type { Report } from './otlp/decode.ts';

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
}>;
