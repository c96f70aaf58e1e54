import {
  type createDeviationTally,
  type DeviationKind,
  NO_EXAMPLE,
  placeOf,
} from '../deviation.ts';
import type { Span, Trace } from '../model.ts';
import { closeCut } from './cut-document.ts';
import { ALLOWED, FORMATS } from './formats.ts';
import { toTrace } from './gather.ts';
import { type Cut, type JsonDocument, readDocuments, tryJson } from './json-documents.ts';
import type { Report } from './trace-format.ts';
import { show, UnreadableError } from './unreadable.ts';

type Telling = Readonly<{
  tally: ReturnType<typeof createDeviationTally>;
  /** The name of the format in which a document was read. */
  onFormat(name: string): void;
  /** The file ends in the middle of this line. */
  onCut(path: string, line: number): void;
}>;

/** All traces of files whose documents hold spans in any order. */
export async function readDocumentFiles(
  paths: readonly string[],
  signal: AbortSignal,
  { tally, onFormat, onCut }: Telling,
): Promise<readonly Trace[]> {
  const byTrace = new Map<string, Span[]>();
  for (const path of paths) {
    let documents = 0;
    let cut: Cut | undefined;
    const take = (document: JsonDocument) => {
      documents += 1;
      const report = reportOf(tally, path, document.line);
      for (const span of spansOf(document, path, { report, onFormat })) {
        const spans = byTrace.get(span.traceId);
        if (spans === undefined) byTrace.set(span.traceId, [span]);
        else spans.push(span);
      }
    };
    for await (const document of readDocuments(path, signal, (seen) => {
      cut = seen;
    })) {
      take(document);
    }
    // TypeScript does not see that the callback was called.
    const seen = cut as Cut | undefined;
    if (seen === undefined) continue;
    const part = partOf(seen);
    if (part !== null) take(part);
    else if (documents === 0) throw nothingOf(path, seen);
    onCut(path, seen.line);
  }
  return [...byTrace].map(([traceId, spans]) => toTrace(traceId, projectOf(spans), spans, tally));
}

/** What of a document that is cut off can be read for certain; null: nothing. */
function partOf({ text, from: line }: Cut): JsonDocument | null {
  for (const { cut, recognise } of FORMATS) {
    if (cut === undefined) continue;
    const closed = closeCut(text, cut.lists);
    const value = closed === null ? undefined : tryJson(closed);
    if (closed === null || typeof value !== 'object' || value === null) continue;
    if (recognise(value)) return { value: cut.trim(value), text: closed, line };
  }
  return null;
}

const nothingOf = (path: string, { line, from }: Cut) =>
  new Error(
    `${path}, line ${line} is cut off${line === from ? '' : `, in the document that begins on line ${from}`}; no span is complete before that`,
  );

function spansOf(
  { value, line }: JsonDocument,
  path: string,
  { report, onFormat }: Pick<Telling, 'onFormat'> & { report: Report },
): readonly Span[] {
  const place = placeOf(path, line);
  const isDocument = typeof value === 'object' && value !== null;
  const format = isDocument ? FORMATS.find((one) => one.recognise(value)) : undefined;
  if (format === undefined || !isDocument) {
    throw new Error(`${place} holds no traces but ${show(value)}; ${ALLOWED}`);
  }
  onFormat(format.name);
  try {
    return format
      .read(value, report)
      .map((span) =>
        span.impossible === undefined
          ? span
          : { ...span, impossible: `${place}: ${span.impossible}` },
      );
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    const problem = error.field === '' ? `${place} ${error.problem}` : `${place}: ${error.message}`;
    throw new Error(problem, { cause: error });
  }
}

const reportOf =
  (tally: Telling['tally'], file: string, line: number): Report =>
  (kind: DeviationKind, { count = 1, ...seen }) =>
    tally.add({ kind, count, example: { ...NO_EXAMPLE, file, line, ...seen } });

export function projectOf(spans: readonly Span[]): string {
  for (const { attributes } of spans) {
    const project = attributes['gcp.project_id'];
    if (project) return project;
  }
  return '';
}
