import { type FileHandle, open } from 'node:fs/promises';
import { closes, OPEN_BRACE, OPEN_BRACKET, opens, QUOTE } from '../json-characters.ts';
import { fileOf } from '../stored-input.ts';
import { COMMA, countLines, endOfString, isBlank, type Piece, scanPiece } from './scan.ts';

/**
 * What an outline is made of: instead of its spans a list has the number that `onSpan` gave the first
 * of them, and how many they are, so that the rest of a document, its resources, is small and may be
 * parsed.
 *
 *     {"resourceSpans":[{"resource":{…},"scopeSpans":[{"spans":[{"traceId":…},{"traceId":…}]}]}]}
 *     {"resourceSpans":[{"resource":{…},"scopeSpans":[{"spans":[0,2]}]}]}
 */
type Hearing = Readonly<{
  /** The piece begins at `at` of these bytes, which begin at `offset` of the file; -1: no span. */
  onSpan(bytes: Buffer, piece: Piece, place: Readonly<{ at: number; offset: number }>): number;
  /** A document has ended that begins on this line; false: it cannot be read by an outline. */
  onDocument(outline: string, line: number): boolean;
}>;

const BLOCK_BYTES = 4 * 1_024 * 1_024;
/** No span is longer: what looks like one is damaged. */
const LONGEST_BYTES = 256 * 1_024 * 1_024;
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a file once. False where it is not one document of JSON after another, each complete and in
 * UTF-8.
 */
export async function outlineFile(
  path: string,
  signal: AbortSignal,
  hearing: Hearing,
): Promise<boolean> {
  const file = await open(fileOf(path));
  try {
    const outliner = createOutliner(hearing);
    for await (const { bytes, at, isLast } of blocksOf(file, outliner, signal)) {
      if (!outliner.feed(bytes, at) || (isLast && !outliner.isComplete())) return false;
    }
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  } finally {
    await file.close();
  }
}

type Block = Readonly<{ bytes: Buffer; at: number; isLast: boolean }>;

/** What the outliner left of a block stands at the beginning of the next one. */
async function* blocksOf(
  file: FileHandle,
  outliner: Readonly<{ left(): number }>,
  signal: AbortSignal,
): AsyncGenerator<Block> {
  let buffer = Buffer.allocUnsafe(BLOCK_BYTES);
  let kept = 0;
  let at = 0;
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, kept, buffer.length - kept, at + kept);
    const bytes = buffer.subarray(0, kept + bytesRead);
    yield { bytes, at, isLast: bytesRead === 0 };
    if (bytesRead === 0) return;
    const used = bytes.length - outliner.left();
    kept = bytes.length - used;
    at += used;
    if (kept > LONGEST_BYTES) throw new RangeError(`a span of more than ${LONGEST_BYTES} bytes`);
    const next = kept > buffer.length / 2 ? Buffer.allocUnsafe(buffer.length * 2) : buffer;
    bytes.copy(next, 0, used);
    buffer = next;
  }
}

type Container = Readonly<{ isSpans: boolean }>;

function createOutliner({ onSpan, onDocument }: Hearing) {
  const open: Container[] = [];
  const piece: Piece = { end: 0, idFrom: -1, idTo: -1 };
  let parts: string[] = [];
  let name = '';
  let line = 1;
  let firstLine = 1;
  let left = 0;
  /** Of the list of spans that is open: its first one, how many came, and whether one came last. */
  const list = { first: 0, length: 0, isBehindSpan: false };
  return {
    left: () => left,
    isComplete: () => open.length === 0 && left === 0,
    /** False where this is no JSON, or no file for an outline. */
    feed(bytes: Buffer, offset: number): boolean {
      let at = offset === 0 && bytes.length > 2 && bytes.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0;
      let from = at;
      let counted = 0;
      const count = (to: number) => {
        line += countLines(bytes.subarray(counted, to));
        counted = to;
      };
      const take = (to: number) => {
        if (to > from) parts.push(UTF_8.decode(bytes.subarray(from, to)));
        from = to;
      };
      left = 0;
      while (at < bytes.length) {
        const code = bytes[at] as number;
        const top = open.at(-1);
        if (top?.isSpans === true && !closes(code)) {
          if (code === OPEN_BRACE) {
            if (list.isBehindSpan) return false;
            if (!scanPiece(bytes, at, piece)) break;
            const number = onSpan(bytes, piece, { at, offset });
            if (number < 0) return false;
            if (list.length === 0) list.first = number;
            list.length += 1;
            list.isBehindSpan = true;
            at = piece.end;
          } else if (code === COMMA && list.isBehindSpan) {
            list.isBehindSpan = false;
            at += 1;
          } else if (isBlank(code)) at += 1;
          else return false;
        } else if (code === QUOTE) {
          const end = endOfString(bytes, at);
          if (end < 0) break;
          name = bytes.toString('latin1', at + 1, end - 1);
          at = end;
        } else if (opens(code)) {
          if (open.length === 0) {
            count(at);
            [firstLine, from] = [line, at];
          }
          // A span by itself stands in the list of a scope: request, resource, scope lie around it.
          const isSpans = code === OPEN_BRACKET && name === 'spans' && open.length > 4;
          open.push({ isSpans });
          name = '';
          at += 1;
          if (isSpans) {
            take(at);
            Object.assign(list, { length: 0, isBehindSpan: false });
          }
        } else if (closes(code)) {
          if (top?.isSpans === true) {
            if (list.length > 0 && !list.isBehindSpan) return false;
            if (list.length > 0) parts.push(`${list.first},${list.length}`);
            from = at;
          }
          open.pop();
          name = '';
          at += 1;
          if (open.length > 0) continue;
          if (top === undefined) return false;
          take(at);
          if (!onDocument(parts.join(''), firstLine)) return false;
          parts = [];
        } else if (!isBlank(code) && top === undefined) return false;
        else at += 1;
      }
      // A string is read again from its beginning.
      left = bytes.length - at;
      count(at);
      if (open.length > 0 && open.at(-1)?.isSpans !== true) take(at);
      return true;
    },
  };
}
