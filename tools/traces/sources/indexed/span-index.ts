import { createIdNumbers, type IdNumbers } from '../../id-numbers.ts';
import { tryJson } from '../json-documents.ts';
import type { Labels } from '../labels.ts';
import type { Members } from '../members.ts';
import { decodeResources } from '../otlp/decode.ts';
import { identifierOf } from '../otlp/identifier.ts';
import { otlpFormat } from '../otlp-format.ts';
import type { Report } from '../trace-format.ts';
import { UnreadableError } from '../unreadable.ts';
import { createEntries, type Entries } from './entries.ts';
import { outlineFile } from './outline.ts';

/** A list of spans in a file: what they have in common. `first`, `end`: the numbers of its first span, and behind its last one. */
export type SpanList = Readonly<{
  path: string;
  line: number;
  field: string;
  labels: Labels;
  first: number;
  end: number;
}>;

/** Where every span of some files is, and to which trace it belongs; both are numbered as they come. */
export type SpanIndex = Readonly<{
  lists: readonly SpanList[];
  ids: IdNumbers;
  entries: Entries;
}>;

/**
 * Goes through OTLP files once and notes where their spans are, so that no more of them have to be in
 * memory at a time than are worked on. null where a file is anything else, or
 * damaged: the reader of documents says what is wrong with it.
 */
export async function indexSpans(
  paths: readonly string[],
  signal: AbortSignal,
  reportOf: (path: string, line: number, before: number) => Report,
): Promise<SpanIndex | null> {
  const lists: SpanList[] = [];
  const ids = createIdNumbers();
  const numberOf = createNumbers(ids);
  const entries = createEntries();
  for (const path of paths) {
    let first = entries.size();
    const isRead = await outlineFile(path, signal, {
      onSpan(bytes, { end, idFrom, idTo }, span) {
        const trace = idFrom < 0 ? -1 : numberOf(bytes, idFrom, idTo);
        if (trace < 0) return -1;
        entries.add(span.offset + span.at, end - span.at, trace);
        return entries.size() - 1;
      },
      onDocument(outline, line) {
        const found = listsOf(outline, reportOf(path, line, first));
        if (found === null) return false;
        for (const { field, labels, spans } of found) {
          const [from = first, count = 0] = spans;
          // Some other list of spans, or lists in another order than they are read in.
          if (from !== first || typeof count !== 'number') return false;
          const end = first + count;
          if (end > first) lists.push({ path, line, field, labels, first, end });
          first = end;
        }
        return first === entries.size();
      },
    });
    if (!isRead) return null;
  }
  return { lists, ids, entries };
}

type List = Readonly<{ field: string; labels: Labels; spans: readonly unknown[] }>;

/** null where the document is not of OTLP, or cannot be read as it. */
function listsOf(outline: string, report: Report): readonly List[] | null {
  const document = tryJson(outline);
  if (typeof document !== 'object' || document === null) return null;
  if (!otlpFormat.recognise(document)) return null;
  try {
    return [document as Members]
      .flat()
      .flatMap((request) => decodeResources(request, report))
      .flatMap(({ labels, lists }) => lists.map((list) => ({ labels, ...list })));
  } catch (error) {
    if (error instanceof UnreadableError) return null;
    throw error;
  }
}

/** Numbers traces by the id as the model has it: one trace may be written in several ways. */
function createNumbers(ids: IdNumbers) {
  /** -1 where nobody knows its trace yet, as the id is empty or has escapes in it. */
  return (bytes: Buffer, from: number, to: number): number => {
    const number = ids.numberOfBytes(bytes, from, to);
    if (number >= 0) return number;
    const written = bytes.toString('latin1', from, to);
    return written === '' || written.includes('\\') ? -1 : ids.numberOf(modelIdOf(written));
  };
}

/** Text that is not an id stays as it is: decodeSpan refuses it. */
function modelIdOf(written: string): string {
  try {
    return identifierOf({ written }, 'written', 16)?.id ?? written;
  } catch {
    return written;
  }
}
