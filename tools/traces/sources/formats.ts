// How to add a format: CONTRIBUTING.md.
import { FOREIGN_FORMATS } from './foreign-formats.ts';
import { jaegerFormat } from './jaeger-format.ts';
import { otlpFormat } from './otlp-format.ts';
import { tempoFormat } from './tempo-format.ts';
import type { TraceFormat } from './trace-format.ts';
import { v1Format } from './v1-format.ts';
import { zipkinFormat } from './zipkin-format.ts';

/** What is read beside files of saved traces; the first that recognises a document reads it. */
export const FORMATS: readonly TraceFormat[] = [
  otlpFormat,
  jaegerFormat,
  zipkinFormat,
  tempoFormat,
  v1Format,
  ...FOREIGN_FORMATS,
];
