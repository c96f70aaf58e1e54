import { UsageError } from '../../cli/command-line.ts';
import type { Trace } from '../../traces/model.ts';
import { openFiles } from '../../traces/sources/files.ts';
import { LEVELS, type Level } from '../instrument.ts';
import { fileNames } from './file-names.ts';
import { newestFirst } from './newest-first.ts';

/** Traces of an earlier run, to lay beside those of this one. */
export type SavedTraces = Readonly<{
  /** The file's name, with folders where others of the page have the same one. */
  name: string;
  /** The newest, by trace id, newest first. */
  traces: ReadonlyMap<string, Trace>;
  /** How many the file holds. */
  of: number;
  /** What `--instrument` made of them; absent: everything. */
  level?: Level | undefined;
}>;

/** The page lists as many of this run. */
const MOST = 50;

/** Reads the files of `--beside`. A trace is listed once, so no two files may hold it. Throws UsageError. */
export async function readAllSaved(
  paths: readonly string[],
  signal: AbortSignal,
): Promise<SavedTraces[]> {
  const all: SavedTraces[] = [];
  const names = fileNames(paths);
  for (const [place, path] of paths.entries()) {
    const saved = await readSavedTraces(path, signal, names[place] ?? path);
    const same = all.find(({ traces }) => [...saved.traces.keys()].some((id) => traces.has(id)));
    if (same)
      throw new UsageError(`--beside ${path}: it holds a trace that ${same.name} holds too`);
    all.push(saved);
  }
  return all;
}

/** Reads a file of traces in any format that `compare --from` reads. Throws UsageError. */
async function readSavedTraces(
  path: string,
  signal: AbortSignal,
  name: string,
): Promise<SavedTraces> {
  let newest: Trace[] = [];
  let of = 0;
  let level: Level | undefined;
  try {
    const source = await openFiles([path]);
    const { instrument } = source.describe();
    level = LEVELS.find((one) => one === instrument);
    for await (const trace of source.read(signal)) {
      of += 1;
      newest.push(trace);
      if (newest.length >= 2 * MOST) newest = newestFirst(newest, MOST);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new UsageError(`--beside ${path}: ${(error as Error).message}`, { cause: error });
  }
  if (of === 0) throw new UsageError(`--beside ${path}: the file holds no traces`);
  const kept = newestFirst(newest, MOST);
  const traces = new Map(kept.map((trace) => [trace.traceId, trace]));
  return { name, traces, of, level };
}
