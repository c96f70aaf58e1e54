import type { Deviation } from '../deviation.ts';
import type { Trace } from '../model.ts';
import type { Total } from './bigquery/totals.ts';
import type { Sample } from './sampling/sample.ts';

export type SourceDescription = Readonly<{
  kind: 'cloud-trace' | 'bigquery' | 'saved-file' | 'file' | 'memory';
  /** Of a `file`, once it was read: its format, as people call it. */
  format?: string | undefined;
  /** Project, linked dataset, or file names. */
  name: string;
  /** True: from the local run, and never figures of the real platforms. Every output says so. */
  local: boolean;
  /** RFC 3339; null where no bound was given. */
  since: string | null;
  until: string | null;
  /** Of a local run, what `--instrument` made of its traces; absent where it made all. */
  instrument?: string | undefined;
}>;

export type Size = Readonly<{ traces: number | null; bytes: number }>;

/** Where traces come from. Every source delivers the one model; nothing else knows the origin. */
export type TraceSource = Readonly<{
  describe(): SourceDescription;
  /**
   * Epoch milliseconds at which reading began, so that a trace that was still growing can be told;
   * null where nothing can come any more, or nobody knows.
   */
  readAtMs(): number | null;
  /** Every trace, as a stream: nothing keeps them all. A trace may come twice. */
  read(signal: AbortSignal): AsyncIterable<Trace>;
  /**
   * After read(): those of its traces once more that are wanted by their place, from 0, in the order of
   * read().
   */
  readSome?(isWanted: (place: number) => boolean, signal: AbortSignal): AsyncIterable<Trace>;
  /** Of files, at most: how many traces (null: not many, or unknown) and bytes, unpacked. */
  size?(signal: AbortSignal): Promise<Size>;
  /** Some of them once more, by id: the few that are shown span by span. Missing ones are left out. */
  find(traceIds: ReadonlySet<string>, signal: AbortSignal): Promise<readonly Trace[]>;
  /** After read(): what was not read, in words; null where everything was. */
  truncated(): string | null;
  /** Of a trace that it gave: the cohort whose files it is from; absent where files are of none. */
  sideOf?(trace: Trace): 'a' | 'b' | null;
  /**
   * Which part of the traces is read as a sample, once a trace has come; null: no sample. A trace
   * outside of its slices was read because something in it failed.
   */
  sample?(): Sample | null;
  /**
   * Of files of a saved sample, whose slices are known after read(): whether this trace that it gave
   * lies outside of them.
   */
  isOutside?(trace: Trace): boolean;
  /** After read(): counts of every span, read or not; null where the source has none. */
  totals?(): readonly Total[] | null;
  /** After read(): what was read although it is not as it should be; each kind once. */
  deviations(): readonly Deviation[];
}>;

/** A linked dataset holds the spans of Cloud Trace. */
const IN_CONSOLE: ReadonlySet<SourceDescription['kind']> = new Set(['cloud-trace', 'bigquery']);

/** Where a person opens a trace; null where it did not come from the real Cloud Trace. */
export function consoleUrl(
  source: SourceDescription,
  trace: Readonly<{ traceId: string; projectId: string }>,
) {
  if (!IN_CONSOLE.has(source.kind) || source.local) return null;
  const id = encodeURIComponent(trace.traceId);
  return `https://console.cloud.google.com/traces/explorer;traceId=${id}?project=${encodeURIComponent(trace.projectId)}`;
}
