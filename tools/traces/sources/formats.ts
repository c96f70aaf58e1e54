// How to add a format: CONTRIBUTING.md.
import { FOREIGN_FORMATS } from './foreign-formats.ts';
import { otlpFormat } from './otlp-format.ts';
import type { TraceFormat } from './trace-format.ts';

/** What is read beside files of saved traces; the first that recognises a document reads it. */
const READ: readonly TraceFormat[] = [otlpFormat];

export const FORMATS: readonly TraceFormat[] = [...READ, ...FOREIGN_FORMATS];

/** As help and messages name them: `OTLP JSON`, `OTLP JSON or Jaeger JSON`. */
export const READABLE = new Intl.ListFormat('en', { type: 'disjunction' }).format(
  READ.map(({ name }) => name),
);

export const ALLOWED = `allowed: a file that compare --save wrote, or ${READABLE}`;
