import {
  type createDeviationTally,
  type DeviationKind,
  NO_EXAMPLE,
  placeOf,
} from '../deviation.ts';
import type { Span, Trace } from '../model.ts';
import { closeCut } from './cut-document.ts';
import { holdsProtobuf } from './file-bytes.ts';
import { ALLOWED, NAMES } from './format-names.ts';
import { toTrace } from './gather.ts';
import { type Cut, type JsonDocument, readDocuments, tryJson } from './json-documents.ts';
import { otlpFormat } from './otlp-format.ts';
import type { Report, TraceFormat } from './trace-format.ts';
import { show, UnreadableError } from './unreadable.ts';

type Telling = Readonly<{
  tally: ReturnType<typeof createDeviationTally>;
  /** The name of the format in which a document was read. */
  onFormat(name: string): void;
  /** The file ends in the middle of this: `line 7`. */
  onCut(path: string, place: string): void;
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
    const add = (value: object, place: string, how: Reading) => {
      for (const span of spansOf(value, place, how)) {
        const spans = byTrace.get(span.traceId);
        if (spans === undefined) byTrace.set(span.traceId, [span]);
        else spans.push(span);
      }
    };
    const take = async (document: JsonDocument) => {
      documents += 1;
      const report = reportOf(tally, path, document.line);
      const format = await formatOf(document, path);
      onFormat(format.name);
      add(document.value as object, placeOf(path, document.line), { report, format });
    };
    if (await holdsProtobuf(path, signal)) {
      const { readProtobuf } = await import('./protobuf-documents.ts');
      const onCutMessage = (number: number) => onCut(path, `message ${number}`);
      onFormat(NAMES.otlpProtobuf);
      for await (const { value, place } of readProtobuf(path, signal, onCutMessage)) {
        add(value, place, { report: reportOf(tally, place, null), format: otlpFormat });
      }
      continue;
    }
    for await (const block of readDocuments(path, signal, (seen) => {
      cut = seen;
    })) {
      for (const document of block) await take(document);
    }
    // TypeScript does not see that the callback was called.
    const seen = cut as Cut | undefined;
    if (seen === undefined) continue;
    const part = await partOf(seen);
    if (part !== null) await take(part);
    else if (documents === 0) throw nothingOf(path, seen);
    onCut(path, `line ${seen.line}`);
  }
  return [...byTrace].map(([traceId, spans]) => toTrace(traceId, projectOf(spans), spans, tally));
}

/** What of a document that is cut off can be read for certain; null: nothing. */
async function partOf({ text, from: line }: Cut): Promise<JsonDocument | null> {
  for (const { cut, recognise } of await allFormats()) {
    if (cut === undefined) continue;
    const closed = closeCut(text, cut.lists);
    const value = closed === null ? undefined : tryJson(closed);
    if (closed === null || typeof value !== 'object' || value === null) continue;
    if (recognise(value)) return { value: cut.trim(value), text: closed, line, at: -1 };
  }
  return null;
}

const nothingOf = (path: string, { line, from }: Cut) =>
  new Error(
    `${path}, line ${line} is cut off${line === from ? '' : `, in the document that begins on line ${from}`}; no span is complete before that`,
  );

/** Most files are of OTLP: the others load where one is not. */
const allFormats = async () => (await import('./formats.ts')).FORMATS;

async function formatOf({ value, line }: JsonDocument, path: string): Promise<TraceFormat> {
  if (typeof value === 'object' && value !== null) {
    if (otlpFormat.recognise(value)) return otlpFormat;
    const found = (await allFormats()).find(({ recognise }) => recognise(value));
    if (found !== undefined) return found;
  }
  throw new Error(`${placeOf(path, line)} holds no traces but ${show(value)}; ${ALLOWED}`);
}

type Reading = Readonly<{ report: Report; format: TraceFormat }>;

function spansOf(value: object, place: string, { report, format }: Reading): readonly Span[] {
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
  (tally: Telling['tally'], file: string, line: number | null): Report =>
  (kind: DeviationKind, { count = 1, ...seen }) =>
    tally.add({ kind, count, example: { ...NO_EXAMPLE, file, line, ...seen } });

export function projectOf(spans: readonly Span[]): string {
  for (const { attributes } of spans) {
    const project = attributes['gcp.project_id'];
    if (project) return project;
  }
  return '';
}
