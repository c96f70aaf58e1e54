/**
 * The formats of trace files, found by what a JSON document holds and not by a file's name. To add
 * one, write a file beside this one that exports a TraceFormat (otlp-format.ts is an example), put it
 * into FORMATS before whatever it could be taken for, and drop its name from FOREIGN_FORMATS if it is
 * there. Whoever reads files (compare, doctor) then reads it: spans are gathered by trace id over all
 * files, copies are left out, and every deviation that is reported is told to the user.
 */
import { FOREIGN_FORMATS } from './foreign-formats.ts';
import { otlpFormat } from './otlp-format.ts';
import type { TraceFormat } from './trace-format.ts';

export const FORMATS: readonly TraceFormat[] = [otlpFormat, ...FOREIGN_FORMATS];
