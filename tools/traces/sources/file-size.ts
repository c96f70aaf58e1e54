import { stat } from 'node:fs/promises';
import { readBytes } from './file-bytes.ts';
import { isCompressed } from './first-bytes.ts';
import { countLines } from './indexed/scan.ts';
import { fileOf } from './stored-input.ts';

/** `lines`: null where nobody counted them, as the file is small or its traces are not by line. */
export type FileSize = Readonly<{ lines: number | null; bytes: number }>;

/** No trace is written in fewer bytes, so smaller files hold few. */
const FEWEST_BYTES = 16 * 1_024 * 1_024;
/** What compression may hide. */
const MOST_UNPACKED = 20;

/**
 * How many bytes a file has when it is unpacked, and of a large one whose traces are by line how many
 * lines. It reads through a file only for what its length does not say.
 */
export async function sizeOfFile(
  path: string,
  signal: AbortSignal,
  { isByLine }: Readonly<{ isByLine: boolean }>,
): Promise<FileSize> {
  const { size } = await stat(fileOf(path));
  const compressed = await isCompressed(path);
  const isSmall = size * (compressed ? MOST_UNPACKED : 1) < FEWEST_BYTES;
  if (isSmall || (!isByLine && !compressed)) return { lines: null, bytes: size };
  let [lines, bytes] = [1, 0];
  for await (const chunk of readBytes(path, signal, { onCut: () => {}, allowsProtobuf: true })) {
    lines += countLines(chunk);
    bytes += chunk.length;
  }
  return { lines: isByLine ? lines : null, bytes };
}
