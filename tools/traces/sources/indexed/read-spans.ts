import { type FileHandle, open } from 'node:fs/promises';
import { placeOf } from '../../deviation.ts';
import type { Span } from '../../model.ts';
import { CLOSE_BRACKET, OPEN_BRACKET } from '../json-characters.ts';
import { notJson, tryJson } from '../json-documents.ts';
import { decodeSpan } from '../otlp/decode.ts';
import { plainSpan } from '../otlp/plain-span.ts';
import { fileOf } from '../stored-input.ts';
import { decodeText } from '../text-lines.ts';
import type { Report } from '../trace-format.ts';
import { UnreadableError, under } from '../unreadable.ts';
import type { Part } from './partitions.ts';
import type { SpanList } from './span-index.ts';

/** Read at once, with what lies between the spans. */
const BLOCK_BYTES = 1_024 * 1_024;
/** Reading over it costs less than another call. */
const WIDEST_GAP_BYTES = 64 * 1_024;

type Run = Readonly<{ from: number; to: number }>;

/** Reads the spans of a part. Throws with file, line and field where one cannot be read. */
export function createSpanReader(
  lists: readonly SpanList[],
  reportOf: (list: SpanList, span: number) => Report,
) {
  const files = new Map<string, FileHandle>();
  /** One buffer for all reads: each is decoded before the next one begins. */
  let buffer = Buffer.alloc(0);

  async function readBytes(path: string, from: number, to: number): Promise<Buffer> {
    const file = files.get(path) ?? (await open(fileOf(path)));
    files.set(path, file);
    const length = to - from;
    if (buffer.length < length + 2) buffer = Buffer.allocUnsafe(length + 2);
    // A byte on either side is left for the brackets of a list.
    const { bytesRead } = await file.read(buffer, 1, length, from);
    if (bytesRead === length) return buffer;
    throw new Error(`${path} became shorter while it was read; let its writer finish`);
  }

  /** The text of spans of these numbers, with a byte more on either side. */
  function decode(bytes: Buffer, list: SpanList, { from, to }: Run): readonly Span[] {
    const place = placeOf(list.path, list.line);
    // What stood there lies between spans. Put around the text it would be copied once more.
    bytes[0] = OPEN_BRACKET;
    bytes[bytes.length - 1] = CLOSE_BRACKET;
    const text = decodeText(bytes, { path: list.path, number: list.line });
    const raws = tryJson(text);
    if (!Array.isArray(raws) || raws.length !== to - from) {
      throw notJson(list.path, list.line, text.slice(1, -1));
    }
    return raws.map((raw, offset) => {
      const plain = plainSpan(raw, list.labels);
      if (plain !== null) return plain;
      const span = from + offset;
      try {
        const decoded = decodeSpan(raw, list.labels, reportOf(list, span));
        if (decoded.impossible === undefined) return decoded;
        return { ...decoded, impossible: `${place}: ${decoded.impossible}` };
      } catch (error) {
        if (!(error instanceof UnreadableError)) throw error;
        const field = `${list.field}[${span - list.first}]`;
        throw new Error(`${place}: ${under(field, error).message}`, { cause: error });
      }
    });
  }

  return {
    async read({ numbers, at, length }: Part, signal: AbortSignal): Promise<readonly Span[]> {
      const start = (place: number) => at[place] as number;
      const end = (place: number) => start(place) + (length[place] as number);
      const numberOf = (place: number) => numbers[place] as number;
      const spans: Span[] = [];
      for (let next = 0; next < numbers.length; ) {
        signal.throwIfAborted();
        const first = next;
        const { path } = listOf(lists, numberOf(first));
        const runs: Run[] = [];
        let last = first;
        do {
          const from = next;
          const list = listOf(lists, numberOf(from));
          if (list.path !== path || start(from) - end(last) > WIDEST_GAP_BYTES) break;
          if (runs.length > 0 && end(from) - start(first) > BLOCK_BYTES) break;
          do {
            last = next;
            next += 1;
          } while (
            next < numbers.length &&
            numberOf(next) === numberOf(last) + 1 &&
            numberOf(next) < list.end &&
            end(next) - start(first) <= BLOCK_BYTES
          );
          runs.push({ from, to: next });
        } while (next < numbers.length);
        const bytes = await readBytes(path, start(first), end(last));
        for (const { from, to } of runs) {
          const part = bytes.subarray(start(from) - start(first), end(to - 1) - start(first) + 2);
          const run = { from: numberOf(from), to: numberOf(to - 1) + 1 };
          for (const span of decode(part, listOf(lists, run.from), run)) spans.push(span);
        }
      }
      return spans;
    },
    async close(): Promise<void> {
      for (const file of files.values()) await file.close();
    },
  };
}

/** The list that holds this span, by bisection. */
function listOf(lists: readonly SpanList[], span: number): SpanList {
  let [low, high] = [0, lists.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lists[middle] as SpanList).first <= span) low = middle;
    else high = middle - 1;
  }
  return lists[low] as SpanList;
}
