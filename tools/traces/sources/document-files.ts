import {
  type createDeviationTally,
  type DeviationKind,
  NO_EXAMPLE,
  placeOf,
} from '../deviation.ts';
import type { Span, Trace } from '../model.ts';
import { ALLOWED, FORMATS } from './formats.ts';
import { toTrace } from './gather.ts';
import { type JsonDocument, readDocuments } from './json-documents.ts';
import type { Report } from './trace-format.ts';
import { show, UnreadableError } from './unreadable.ts';

type Telling = Readonly<{
  tally: ReturnType<typeof createDeviationTally>;
  /** The name of the format in which a document was read. */
  onFormat(name: string): void;
  /** The file ends in the middle of the document that begins on this line. */
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
    let cutAt: number | undefined;
    for await (const document of readDocuments(path, signal, (line) => {
      cutAt = line;
    })) {
      documents += 1;
      const report = reportOf(tally, path, document.line);
      for (const span of spansOf(document, path, { report, onFormat })) {
        const spans = byTrace.get(span.traceId);
        if (spans === undefined) byTrace.set(span.traceId, [span]);
        else spans.push(span);
      }
    }
    if (cutAt !== undefined && documents === 0) {
      throw new Error(`${path}, line ${cutAt} is cut off, and nothing is before it`);
    }
    if (cutAt !== undefined) onCut(path, cutAt);
  }
  return [...byTrace].map(([traceId, spans]) => toTrace(traceId, projectOf(spans), spans, tally));
}

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

const projectOf = (spans: readonly Span[]): string =>
  spans.map(({ attributes }) => attributes['gcp.project_id']).find(Boolean) ?? '';
