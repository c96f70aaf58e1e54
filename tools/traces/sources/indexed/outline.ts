import { type FileHandle, open } from 'node:fs/promises';
import { closes, OPEN_BRACE, OPEN_BRACKET, opens, QUOTE } from '../json-characters.ts';
import { COMMA, endOfString, isBlank, NEWLINE, type Piece, scanPiece } from './scan.ts';

/**
 * What an outline is made of: every span is replaced by the number that `onSpan` gives it, so that
 * the rest of a document, its resources, is small and may be parsed.
 *
 *     {"resourceSpans":[{"resource":{…},"scopeSpans":[{"spans":[{"traceId":…},{"traceId":…}]}]}]}
 *     {"resourceSpans":[{"resource":{…},"scopeSpans":[{"spans":[0,1]}]}]}
 */
type Hearing = Readonly<{
  /** `id`: what is written for its trace id. */
  onSpan(span: Readonly<{ at: number; length: number; id: string }>): number;
  /** A document has ended that begins on this line; false: it cannot be read by an outline. */
  onDocument(outline: string, line: number): boolean;
}>;

const BLOCK_BYTES = 4 * 1_024 * 1_024;
/** No span is longer: what looks like one is damaged. */
const LONGEST_BYTES = 256 * 1_024 * 1_024;
/** A million short texts take more memory than the few that they are joined to. */
const MOST_PARTS = 4_096;
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
  const file = await open(path);
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
  const piece: Piece = { end: 0, lines: 0, idFrom: -1, idTo: -1 };
  let [outline, recent]: [string[], string[]] = [[], []];
  let name = '';
  let line = 1;
  let firstLine = 1;
  let left = 0;
  return {
    left: () => left,
    isComplete: () => open.length === 0 && left === 0,
    /** False where this is no JSON, or no file for an outline. */
    feed(bytes: Buffer, offset: number): boolean {
      let at = offset === 0 && bytes.length > 2 && bytes.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0;
      let from = at;
      const add = (text: string) => {
        recent.push(text);
        if (recent.length < MOST_PARTS) return;
        outline.push(recent.join(''));
        recent = [];
      };
      const take = (to: number) => {
        // As a rule there is only a comma between two spans.
        if (to === from + 1 && bytes[from] === COMMA) add(',');
        else if (to > from) add(UTF_8.decode(bytes.subarray(from, to)));
      };
      left = 0;
      while (at < bytes.length) {
        const code = bytes[at] as number;
        const top = open.at(-1);
        if (code === NEWLINE) line += 1;
        if (top?.isSpans === true && code === OPEN_BRACE) {
          take(at);
          from = at;
          if (!scanPiece(bytes, at, piece)) break;
          const { idFrom, idTo, end, lines } = piece;
          const id = idFrom < 0 ? '' : bytes.toString('latin1', idFrom, idTo);
          // Without an id, or with escapes in it, nobody knows its trace yet.
          if (id === '' || id.includes('\\')) return false;
          add(String(onSpan({ at: offset + at, length: end - at, id })));
          line += lines;
          [at, from] = [end, end];
        } else if (code === QUOTE) {
          const end = endOfString(bytes, at);
          if (end < 0) break;
          name = bytes.toString('latin1', at + 1, end - 1);
          at = end;
        } else if (opens(code)) {
          if (open.length === 0) [firstLine, from] = [line, at];
          // A span by itself stands in the list of a scope: request, resource, scope lie around it.
          open.push({ isSpans: code === OPEN_BRACKET && name === 'spans' && open.length > 4 });
          name = '';
          at += 1;
        } else if (closes(code)) {
          open.pop();
          name = '';
          at += 1;
          if (open.length > 0) continue;
          if (top === undefined) return false;
          take(at);
          from = at;
          if (!onDocument([...outline, ...recent].join(''), firstLine)) return false;
          [outline, recent] = [[], []];
        } else if (!isBlank(code) && (top === undefined || (top.isSpans && code !== COMMA))) {
          return false;
        } else at += 1;
      }
      if (at < bytes.length) {
        // A string is read again from its beginning.
        take(at);
        left = bytes.length - at;
      } else if (open.length > 0) take(at);
      return true;
    },
  };
}
