import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UsageError } from '../../cli/command-line.ts';
import { createTemporaryFolder } from '../temporary-folder.ts';
import { openFiles } from './files.ts';
import type { TraceSource } from './source.ts';
import { storeAs } from './stored-input.ts';

/** What stands for standard input among the files of --from. */
const STDIN = '-';
const NAME = 'standard input';

/**
 * Opens files of which standard input is one. It is copied to a file, as a reader goes through its
 * files more than once; that is gone when the process ends, and called standard input.
 */
export async function openWithStdin(
  paths: readonly string[],
  signal: AbortSignal,
  input: Readable & Readonly<{ isTTY?: boolean }> = process.stdin,
): Promise<TraceSource> {
  if (paths.filter((path) => path === STDIN).length > 1) {
    throw new UsageError('--from names standard input (-) twice; name it once');
  }
  if (input.isTTY === true) {
    throw new UsageError('--from - reads standard input, which is a terminal; pipe a file into it');
  }
  const file = join(createTemporaryFolder(), 'stdin');
  try {
    await pipeline(input, createWriteStream(file, { mode: 0o600 }), { signal });
  } catch (cause) {
    signal.throwIfAborted();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`cannot copy ${NAME} to ${file}: ${why}`, { cause });
  }
  storeAs(NAME, file);
  return openFiles(paths.map((path) => (path === STDIN ? NAME : path)));
}
