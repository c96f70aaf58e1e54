import { stat } from 'node:fs/promises';
import { type createDeviationTally, type Deviation, NO_EXAMPLE } from '../../deviation.ts';
import type { Span, Trace } from '../../model.ts';
import { projectOf } from '../document-files.ts';
import { isCompressed } from '../file-bytes.ts';
import { toTrace } from '../gather.ts';
import type { Report } from '../trace-format.ts';
import { partitionsOf } from './partitions.ts';
import { createSpanReader } from './read-spans.ts';
import { indexSpans, type SpanIndex } from './span-index.ts';

type Tally = ReturnType<typeof createDeviationTally>;

/** OTLP files of which only a part is in memory at a time. */
export type IndexedFiles = Readonly<{
  read(signal: AbortSignal): AsyncGenerator<Trace>;
  find(traceIds: ReadonlySet<string>, signal: AbortSignal): Promise<readonly Trace[]>;
}>;

/** Of all files together; smaller ones are read at once. */
const FEWEST_BYTES = 16 * 1_024 * 1_024;

/**
 * null where the files are small, compressed, damaged, or anything else than OTLP: those are read
 * document by document.
 */
export async function openIndexed(
  paths: readonly string[],
  signal: AbortSignal,
  { tally, fewestBytes = FEWEST_BYTES }: { tally: Tally; fewestBytes?: number | undefined },
): Promise<IndexedFiles | null> {
  let bytes = 0;
  for (const path of paths) {
    const found = await stat(path);
    if (!found.isFile() || (await isCompressed(path))) return null;
    bytes += found.size;
  }
  if (bytes < fewestBytes) return null;
  const ranked = createRankedReports();
  const index = await indexSpans(paths, signal, (path, line, before) =>
    // What a document says of its resources comes before its spans.
    ranked.at({ file: path, line }, before - 0.5),
  );
  return index === null ? null : readingOf(index, { tally, ranked });
}

function readingOf(
  index: SpanIndex,
  { tally, ranked }: { tally: Tally; ranked: ReturnType<typeof createRankedReports> },
): IndexedFiles {
  const readerOf = (reports: ReturnType<typeof createRankedReports>) =>
    createSpanReader(index, ({ path, line }, span) => reports.at({ file: path, line }, span));
  return {
    async *read(signal) {
      const reader = readerOf(ranked);
      try {
        for (const { firstTrace, traces, spans } of partitionsOf(index)) {
          const byTrace: Span[][] = Array.from({ length: traces }, () => []);
          const read = await reader.read(spans, signal);
          for (const [place, number] of spans.entries()) {
            byTrace[(index.traceOf[number] as number) - firstTrace]?.push(read[place] as Span);
          }
          for (const [place, ofTrace] of byTrace.entries()) {
            const traceId = index.traceIds[firstTrace + place] as string;
            yield toTrace(traceId, projectOf(ofTrace), ofTrace, tally);
          }
        }
        for (const deviation of ranked.all()) tally.add(deviation);
      } finally {
        await reader.close();
      }
    },
    async find(traceIds, signal) {
      const reader = readerOf(createRankedReports());
      try {
        const wanted = new Set(
          index.traceIds.flatMap((traceId, trace) => (traceIds.has(traceId) ? [trace] : [])),
        );
        const numbers: number[] = [];
        for (const [span, trace] of index.traceOf.entries())
          if (wanted.has(trace)) numbers.push(span);
        const read = await reader.read(Uint32Array.from(numbers), signal);
        return [...wanted].map((trace) => {
          const ofTrace = read.filter(
            (_, place) => index.traceOf[numbers[place] as number] === trace,
          );
          const traceId = index.traceIds[trace] as string;
          return toTrace(traceId, projectOf(ofTrace), ofTrace, { add: () => {} });
        });
      } finally {
        await reader.close();
      }
    },
  };
}

/** Of each kind the example that comes first in the files, whatever order they are read in. */
function createRankedReports() {
  const byKind = new Map<Deviation['kind'], { rank: number; deviation: Deviation }>();
  return {
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
