import { LOCAL_PROJECT } from '../../cli/local-project.ts';
import { createDeviationTally, type Deviation } from '../deviation.ts';
import type { Trace } from '../model.ts';
import { holdsProtobuf } from './file-bytes.ts';
import { sizeOfFile } from './file-size.ts';
import { describeFiles, type File } from './files-description.ts';
import { ALLOWED, NAMES } from './format-names.ts';
import type { IndexedFiles } from './indexed/read-indexed.ts';
import { createLinePlaces, type LinePlaces } from './line-places.ts';
import { mergeSamples, type Sample } from './sampling/sample.ts';
import { type Head, parseHead } from './saved-ends.ts';
import { findTraceLines, readTraceGroups, readTraceLines } from './saved-traces.ts';
import type { Size, TraceSource } from './source.ts';
import { LongLineError, readNumberedLines } from './text-lines.ts';
import { type End, FORMAT } from './trace-lines.ts';

/**
 * Traces from files: saved by --save (streamed, one trace at a time) or in one of the other formats.
 * Of those a trace's spans may be spread over all files, so they are held in memory; of large files of
 * OTLP only an index of the spans is. Their readers are loaded only where a file needs them.
 */
export async function openFiles(
  paths: readonly string[],
  /** From how many bytes on other formats are read part by part. */
  options: Readonly<{ fewestBytes?: number }> = {},
): Promise<TraceSource> {
  const files: File[] = [];
  for (const path of paths) files.push({ path, head: await sniff(path) });
  const saved = files.flatMap(({ head }) => (head === null ? [] : [head.source]));
  const otherPaths = files.filter(({ head }) => head === null).map(({ path }) => path);
  const leftOut = new Map<string, string>();
  const placesIn = new Map<string, LinePlaces>();
  const formats = new Set<string>();
  const tally = createDeviationTally();
  const counts = new Map<File, number>();
  const samples: Sample[] = [];
  const outside = new WeakSet<Trace>();
  const onOutside = (trace: Trace) => void outside.add(trace);
  let indexed: IndexedFiles | null = null;
  let opening: Promise<IndexedFiles | null> | undefined;
  let isRead = false;
  let local = saved.some((source) => source.local);
  // Other formats have no head that says so.
  const isLocal = ({ projectId }: Trace) => projectId === LOCAL_PROJECT.projectId;
  let isLocalKnown = false;
  const [first] = files;
  let readAtMs = files.length === 1 ? (first?.head?.readAtMs ?? null) : null;

  async function* readSaved(file: File, signal: AbortSignal): AsyncGenerator<readonly Trace[]> {
    const { path, head } = file;
    readAtMs = head?.readAtMs ?? null;
    let read = 0;
    leftOut.set(path, `${path} has no closing line: it is cut off`);
    const onEnd = ({ traces, truncated, sample }: End) => {
      if (sample !== undefined) samples.push(sample);
      if (truncated !== null) leftOut.set(path, `${path}: ${truncated}`);
      else if (traces === read) leftOut.delete(path);
      else if (traces > read) {
        leftOut.set(path, `${path} lacks ${traces - read} of the ${traces} traces saved`);
      } else leftOut.set(path, `${path} holds ${read} traces, ${traces} were saved`);
    };
    const onDeviation = (deviation: Deviation) => tally.add(deviation);
    const places = createLinePlaces();
    placesIn.set(path, places);
    const telling = { onEnd, onDeviation, onOutside, places };
    for await (const group of readTraceGroups(path, signal, telling)) {
      read += group.length;
      yield group;
    }
    counts.set(file, read);
  }

  const openOthers = (signal: AbortSignal) => {
    opening ??= import('./indexed/read-indexed.ts').then(({ openIndexed }) =>
      openIndexed(otherPaths, signal, options),
    );
    return opening;
  };

  /** Some together: what is asynchronous for each trace takes as long as to read it. */
  async function* readAll(signal: AbortSignal): AsyncGenerator<readonly Trace[]> {
    tally.clear();
    leftOut.clear();
    samples.length = 0;
    for (const file of files) {
      if (file.head === null) continue;
      // What was in memory knows whether it is local; a file's head was written before it was read.
      isLocalKnown = file.head.source.kind === 'memory';
      yield* readSaved(file, signal);
    }
    if (otherPaths.length === 0) return;
    [isLocalKnown, readAtMs] = [false, null];
    indexed = await openOthers(signal);
    if (indexed !== null) {
      formats.add(NAMES.otlp);
      return yield* indexed.read(signal, { tally });
    }
    const onCut = (path: string, place: string) =>
      leftOut.set(path, `${path} is cut off in ${place}; what is complete before the cut was read`);
    const onFormat = (name: string) => void formats.add(name);
    const { readDocumentFiles } = await import('./document-files.ts');
    yield await readDocumentFiles(otherPaths, signal, { tally, onFormat, onCut });
  }

  async function* read(signal: AbortSignal): AsyncGenerator<Trace> {
    for await (const group of readAll(signal)) {
      if (!isLocalKnown) local ||= group.some(isLocal);
      for (const trace of group) yield trace;
    }
    isRead = true;
  }

  /** At least these traces; no more of the files is parsed than has to be. */
  async function* readAgain(only: ReadonlySet<string>, signal: AbortSignal): AsyncGenerator<Trace> {
    if (!isRead || (indexed === null && otherPaths.length > 0)) return yield* read(signal);
    for (const { path, head } of files) {
      const places = placesIn.get(path);
      if (head === null || places === undefined) continue;
      yield* findTraceLines(path, signal, { only, places });
    }
    if (indexed !== null) for await (const found of indexed.find(only, signal)) yield* found;
  }

  async function* readSome(
    isWanted: (place: number) => boolean,
    signal: AbortSignal,
  ): AsyncGenerator<Trace> {
    let before = 0;
    const isWantedHere = (place: number) => isWanted(before + place);
    const isByLine = [...placesIn.values()].every((places) => places.isKnown());
    if (!isRead || !isByLine || (indexed === null && otherPaths.length > 0)) {
      for await (const trace of read(signal)) {
        if (isWantedHere(0)) yield trace;
        before += 1;
      }
      return;
    }
    for (const file of files) {
      if (file.head === null) continue;
      readAtMs = file.head.readAtMs;
      yield* readTraceLines(file.path, signal, { isWanted: isWantedHere, onOutside });
      before += counts.get(file) ?? 0;
    }
    if (indexed === null) return;
    readAtMs = null;
    for await (const group of indexed.readSome(isWantedHere, signal)) yield* group;
  }

  async function size(signal: AbortSignal): Promise<Size> {
    const sizes = await Promise.all(
      files.map(({ path, head }) => sizeOfFile(path, signal, { isByLine: head !== null })),
    );
    const others = otherPaths.length === 0 ? null : await openOthers(signal);
    return {
      bytes: sizes.reduce((sum, one) => sum + one.bytes, 0),
      traces: sizes.reduce((sum, { lines }) => sum + (lines ?? 0), others?.traces ?? 0),
    };
  }

  return {
    describe: () => ({ ...describeFiles(files, [...formats]), local }),
    readAtMs: () => readAtMs,
    read,
    readSome,
    size,
    async find(traceIds, signal) {
      const found: Trace[] = [];
      for await (const trace of readAgain(traceIds, signal)) {
        if (traceIds.has(trace.traceId)) found.push(trace);
      }
      return found;
    },
    sample: () => mergeSamples(samples),
    isOutside: (trace) => outside.has(trace),
    truncated: () => (leftOut.size === 0 ? null : [...leftOut.values()].join('; ')),
    deviations: () => tally.all(),
  };
}

/** No head is so long; a line of another format may be as long as its file. */
const LONGEST_HEAD_BYTES = 1_024 * 1_024;

/** The head of a file of saved traces; null of any other. */
async function sniff(path: string): Promise<Head | null> {
  const signal = AbortSignal.timeout(60_000);
  if (await holdsProtobuf(path, signal)) return null;
  try {
    const lines = readNumberedLines(path, signal, () => {}, LONGEST_HEAD_BYTES);
    for await (const { text } of lines) {
      if (text.trim() === '') continue;
      return text.includes(`"${FORMAT}"`) && text.trimStart().startsWith('{')
        ? await parseHead(text, path)
        : null;
    }
  } catch (error) {
    if (error instanceof LongLineError) return null;
    throw error;
  }
  throw new Error(`${path} is empty; ${ALLOWED}`);
}
