import { type FileHandle, open } from 'node:fs/promises';
import { createColumn, doubles, integers } from '../columns.ts';
import { createIdNumbers } from '../id-numbers.ts';
import { isCompressed } from './first-bytes.ts';
import { fileOf } from './stored-input.ts';
import { decodeText, type Line } from './text-lines.ts';

const NEWLINE = 0x0a;
/** As a rule a line is no longer. */
const FIRST_BYTES = 64 * 1_024;

export type LinePlaces = ReturnType<typeof createLinePlaces>;

/**
 * Where the lines of a file are, by the ids of their traces: a few of them are read again without the
 * others. It takes some 50 bytes for each trace.
 */
export function createLinePlaces() {
  const ids = createIdNumbers();
  const starts = createColumn(doubles);
  const lines = createColumn(integers);
  const sums = createColumn(doubles);
  let isKnown = true;
  return {
    /**
     * Says whether the trace is new, or was there with the same sum, or with another one. `at`: where
     * its line begins; -1: it has not a line to itself.
     */
    add(traceId: string, { at, line, sum }: Readonly<{ at: number; line: number; sum: number }>) {
      const number = ids.numberOf(traceId);
      if (number < sums.length()) return sums.at(number) === sum ? 'same' : 'other';
      starts.add(at);
      lines.add(line);
      sums.add(sum);
      isKnown &&= at >= 0;
      return 'new';
    },
    /** Whether each trace is on a line by itself. */
    isKnown: () => isKnown,
    /** Whether lines of the file can be read by themselves. */
    canRead: async (path: string): Promise<boolean> => isKnown && !(await isCompressed(path)),
    /** The lines of these traces, in the order of the file. */
    async *read(
      path: string,
      traceIds: ReadonlySet<string>,
      signal: AbortSignal,
    ): AsyncGenerator<Omit<Line, 'at'>> {
      const numbers = [...traceIds].map((id) => ids.find(id)).filter((number) => number >= 0);
      const file = await open(fileOf(path));
      try {
        for (const number of numbers.sort((one, other) => starts.at(one) - starts.at(other))) {
          signal.throwIfAborted();
          const line = lines.at(number);
          const bytes = await lineFrom(file, starts.at(number));
          yield { text: decodeText(bytes, { path, number: line }), number: line };
        }
      } finally {
        await file.close();
      }
    },
  };
}

async function lineFrom(file: FileHandle, start: number): Promise<Buffer> {
  for (let size = FIRST_BYTES; ; size *= 4) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, start);
    const end = buffer.subarray(0, bytesRead).indexOf(NEWLINE);
    if (end >= 0 || bytesRead < size) return buffer.subarray(0, end < 0 ? bytesRead : end);
  }
}
