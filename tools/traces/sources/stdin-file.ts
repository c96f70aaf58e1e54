import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UsageError } from '../../cli/command-line.ts';
import { openFiles } from './files.ts';
import type { TraceSource } from './source.ts';

/** What stands for standard input among the files of --from. */
const STDIN = '-';

/**
 * Opens files of which standard input is one. It is copied to a file, as a reader goes through its
 * files more than once; that is gone when the process ends, and called standard input.
 */
export async function openWithStdin(
  paths: readonly string[],
  input: Readable & Readonly<{ isTTY?: boolean }> = process.stdin,
): Promise<TraceSource> {
  if (paths.filter((path) => path === STDIN).length > 1) {
    throw new UsageError('--from names standard input (-) twice; name it once');
  }
  if (input.isTTY === true) {
    throw new UsageError('--from - reads standard input, which is a terminal; pipe a file into it');
  }
  const folder = mkdtempSync(join(tmpdir(), 'shakesapp-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'stdin');
  await pipeline(input, createWriteStream(file, { mode: 0o600 }));
  const files = paths.map((path) => (path === STDIN ? file : path));
  return withName(await openFiles(files), (text) => text.replaceAll(file, 'standard input'));
}

function withName(source: TraceSource, name: (text: string) => string): TraceSource {
  return {
    ...source,
    describe: () => ({ ...source.describe(), name: name(source.describe().name) }),
    truncated: () => (source.truncated() === null ? null : name(source.truncated() ?? '')),
    deviations: () =>
      source.deviations().map(({ example, ...deviation }) => ({
        ...deviation,
        example: { ...example, file: example.file === null ? null : name(example.file) },
      })),
  };
}
