import { describeForeignText } from './foreign-formats.ts';
import { BACKSLASH, closes, opens, QUOTE } from './json-characters.ts';
import { type Line, readLineBlocks } from './text-lines.ts';
import { show } from './unreadable.ts';

/** `line`: the one that it begins on. `at`: of one that is a line, how many bytes come before; else -1. */
export type JsonDocument = Readonly<{ value: unknown; text: string; line: number; at: number }>;

/**
 * Where a file is cut off, and what there is of the document that is cut (empty where none is). It
 * begins on the line `from`.
 */
export type Cut = Readonly<{ line: number; from: number; text: string }>;
export type OnCut = (cut: Cut) => void;

/**
 * The JSON documents of a file one after another: one a line, or over many lines. `onCut`: the file
 * ends in the middle of the last one; those before have come. Throws with file and line where
 * something is not JSON. `isSkipped`: which lines to leave out, asked only between documents. `parse`:
 * what reads a document that is one line. Those of a block come together: read all of them before you
 * ask for the next block.
 */
export async function* readDocuments(
  path: string,
  signal: AbortSignal,
  onCut: OnCut,
  {
    isSkipped = () => false,
    parse = tryJson,
  }: { isSkipped?: (line: string) => boolean; parse?: (line: string) => unknown } = {},
): AsyncGenerator<Iterable<JsonDocument>> {
  const open = createScanner();
  let cutAt: number | undefined;
  let last = 0;
  function* documentsIn(lines: Iterable<Line>): Generator<JsonDocument> {
    for (const { text, number, at } of lines) {
      if (text.trim() !== '') last = number;
      if (open.isEmpty()) {
        if (text.trim() === '' || isSkipped(text)) continue;
        const value = parse(text);
        if (value !== undefined) {
          yield { value, text, line: number, at };
          continue;
        }
      } else if (open.looksCut(text)) {
        throw new Error(
          `${path}, line ${open.line()} is cut off; remove the line to read the others`,
        );
      }
      for (const { text: complete, line } of open.feed(text, number)) {
        const value = tryJson(complete);
        if (value === undefined) throw notJson(path, line, complete);
        yield { value, text: complete, line, at: -1 };
      }
      if (open.isBroken()) throw notJson(path, open.line(), open.text());
    }
  }
  for await (const lines of readLineBlocks(path, signal, (line) => {
    cutAt = line;
  })) {
    yield documentsIn(lines);
  }
  if (!open.isEmpty()) onCut({ line: last, from: open.line(), text: open.text() });
  else if (cutAt !== undefined) onCut({ line: cutAt, from: cutAt, text: '' });
}

/** Text that cannot be parsed, with the name of its format where that is known. */
export function notJson(path: string, line: number, text: string): Error {
  const known = describeForeignText(text);
  const problem =
    known ?? `is not JSON: ${show(text.trim())}; allowed: JSON, by lines or over many`;
  return new Error(`${path}, line ${line} ${problem}`);
}

export function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Finds where documents end that do not end with their line. */
function createScanner() {
  let parts: string[] = [];
  let firstLine = 0;
  let depth = 0;
  let inString = false;
  let broken = false;
  const reset = () => {
    parts = [];
    depth = 0;
    inString = false;
  };
  return {
    isEmpty: () => parts.length === 0,
    isBroken: () => broken,
    line: () => firstLine,
    text: () => parts.join('\n'),
    /** A document that began on one line cannot hold the complete one that this line is. */
    looksCut: (text: string): boolean =>
      (inString && text.trim() !== '') ||
      (parts.length === 1 &&
        /^\{"/.test(text) &&
        (parts[0] ?? '').trim().length > 1 &&
        tryJson(text) !== undefined),
    /** The documents that end on this line, each with the line that it begins on. */
    feed(text: string, number: number): readonly { text: string; line: number }[] {
      const ended: { text: string; line: number }[] = [];
      let from = 0;
      for (let at = 0; at < text.length; at += 1) {
        const code = text.charCodeAt(at);
        if (inString) {
          if (code === BACKSLASH) at += 1;
          else if (code === QUOTE) inString = false;
        } else if (code === QUOTE) inString = true;
        else if (opens(code)) depth += 1;
        else if (closes(code)) {
          depth -= 1;
          if (depth > 0) continue;
          parts.push(text.slice(from, at + 1));
          ended.push({ text: parts.join('\n'), line: parts.length === 1 ? number : firstLine });
          from = at + 1;
          reset();
        }
      }
      const rest = text.slice(from);
      if (parts.length === 0 && rest.trim() === '') return ended;
      if (parts.length === 0) firstLine = number;
      parts.push(rest);
      // A document begins with a bracket; text outside of any is none.
      broken = depth === 0;
      return ended;
    },
  };
}
