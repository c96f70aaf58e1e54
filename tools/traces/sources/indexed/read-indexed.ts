import { stat } from 'node:fs/promises';
import { type createDeviationTally, type Deviation, NO_EXAMPLE } from '../../deviation.ts';
import type { Trace } from '../../model.ts';
import { projectOf } from '../document-files.ts';
import { isCompressed } from '../first-bytes.ts';
import { toTrace } from '../gather.ts';
import { fileOf } from '../stored-input.ts';
import type { Report } from '../trace-format.ts';
import { type Part, partitionsOf, partOf } from './partitions.ts';
import { createSpanReader } from './read-spans.ts';
import { indexSpans, type SpanIndex } from './span-index.ts';

type Tally = ReturnType<typeof createDeviationTally>;

/** OTLP files of which only a part is in memory at a time. Some traces come together. */
export type IndexedFiles = Readonly<{
  /** How many there are. */
  traces: number;
  read(signal: AbortSignal, to: Readonly<{ tally: Tally }>): AsyncGenerator<readonly Trace[]>;
  /** Those that are wanted by their place in what `read` gives. */
  readSome(
    isWanted: (place: number) => boolean,
    signal: AbortSignal,
  ): AsyncGenerator<readonly Trace[]>;
  find(traceIds: ReadonlySet<string>, signal: AbortSignal): AsyncGenerator<readonly Trace[]>;
}>;

/** So many traces come together: each step of an asynchronous iteration takes its time. */
const TOGETHER = 16;

/** Of all files together; smaller ones are read at once. */
const FEWEST_BYTES = 16 * 1_024 * 1_024;

/**
 * null where the files are small, compressed, damaged, or anything else than OTLP: those are read
 * document by document.
 */
export async function openIndexed(
  paths: readonly string[],
  signal: AbortSignal,
  { fewestBytes = FEWEST_BYTES }: { fewestBytes?: number | undefined },
): Promise<IndexedFiles | null> {
  let bytes = 0;
  for (const path of paths) {
    const found = await stat(fileOf(path));
    if (!found.isFile()) return null;
    bytes += found.size;
  }
  if (bytes < fewestBytes) return null;
  for (const path of paths) if (await isCompressed(path)) return null;
  const ranked = createRankedReports();
  const index = await indexSpans(paths, signal, (path, line, before) =>
    // What a document says of its resources comes before its spans.
    ranked.at({ file: path, line }, before - 0.5),
  );
  return index === null ? null : readingOf(index, ranked);
}

function readingOf(
  index: SpanIndex,
  /** What the index found. */
  found: ReturnType<typeof createRankedReports>,
): IndexedFiles {
  /** The traces of each of these lists of spans, which hold all spans of their traces. */
  async function* tracesOf(
    parts: Iterable<Part>,
    signal: AbortSignal,
    to: Readonly<{ reports: typeof found; tally: Pick<Tally, 'add'> }>,
  ): AsyncGenerator<readonly Trace[]> {
    const reader = createSpanReader(index.lists, ({ path, line }, span) =>
      to.reports.at({ file: path, line }, span),
    );
    try {
      for (const part of parts) {
        const spans = await reader.read(part, signal);
        // Traces are numbered as they come, so their order is that of their first spans.
        const byTrace = Map.groupBy(spans, (_, place) => part.trace[place] as number);
        let group: Trace[] = [];
        for (const [trace, ofTrace] of byTrace) {
          const traceId = index.ids.idOf(trace);
          if (group.push(toTrace(traceId, projectOf(ofTrace), ofTrace, to.tally)) < TOGETHER)
            continue;
          yield group;
          group = [];
        }
        yield group;
      }
    } finally {
      await reader.close();
    }
  }

  return {
    traces: index.ids.size(),
    async *read(signal, { tally }) {
      const parts = partitionsOf(index.entries, index.ids.size());
      const reports = found.copy();
      yield* tracesOf(parts, signal, { reports, tally });
      for (const deviation of reports.all()) tally.add(deviation);
    },
    readSome(isWanted, signal) {
      // Traces come in the order of their numbers.
      const parts = partitionsOf(index.entries, index.ids.size(), isWanted);
      return tracesOf(parts, signal, silent());
    },
    find(traceIds, signal) {
      const isWanted = new Set([...traceIds].map((traceId) => index.ids.find(traceId)));
      const part = partOf(index.entries, (trace) => isWanted.has(trace));
      return tracesOf([part], signal, silent());
    },
  };
}

/** What deviates was told when everything was read. */
const silent = () => ({ reports: createRankedReports(), tally: { add: () => {} } });

type Ranked = Readonly<{ rank: number; deviation: Deviation }>;

/** Of each kind the example that comes first in the files, whatever order they are read in. */
function createRankedReports(before: Iterable<readonly [Deviation['kind'], Ranked]> = []) {
  const byKind = new Map(before);
  return {
    copy: () => createRankedReports(byKind),
    at:
      (place: { file: string; line: number }, rank: number): Report =>
      (kind, { count = 1, ...seen }) => {
        const known = byKind.get(kind);
        const total = (known?.deviation.count ?? 0) + count;
        const example =
          known !== undefined && known.rank <= rank
            ? known.deviation.example
            : { ...NO_EXAMPLE, ...place, ...seen };
        const first = Math.min(rank, known?.rank ?? rank);
        byKind.set(kind, { rank: first, deviation: { kind, count: total, example } });
      },
    all: () => [...byKind.values()].map(({ deviation }) => deviation),
  };
}
