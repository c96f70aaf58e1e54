/**
 * The formats of trace files, found by what a JSON document holds and not by a file's name. To add
 * one, write a file beside this one that exports a TraceFormat (otlp-format.ts is an example), put it
 * into FORMATS before whatever it could be taken for, and drop its name from FOREIGN_FORMATS if it is
 * there. Whoever reads files (compare, doctor) then reads it: spans are gathered by trace id over all
 * files, copies are left out, and every deviation that is reported is told to the user.
 */
import type { Span } from '../model.ts';
import { FOREIGN_FORMATS } from './foreign-formats.ts';
import type { Report } from './otlp/decode.ts';
import { otlpFormat } from './otlp-format.ts';

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

export const FORMATS: readonly TraceFormat[] = [otlpFormat, ...FOREIGN_FORMATS];
