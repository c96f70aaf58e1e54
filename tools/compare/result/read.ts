import type { Deviation } from '../../traces/deviation.ts';
import type { Trace } from '../../traces/model.ts';
import type { Total } from '../../traces/sources/bigquery/totals.ts';
import type { SampleTaken } from '../../traces/sources/sampling/sample-watch.ts';
import type { SourceDescription } from '../../traces/sources/source.ts';

/** What a source says of what it read. */
export type Read = Readonly<{
  source: SourceDescription;
  /** What the source left out, in words; null where it read everything. */
  truncated: string | null;
  /** Which part of the traces was read; null: all. */
  sampled: SampleTaken | null;
  /** Counts of every span of the window; null where the source has none. */
  totals: readonly Total[] | null;
  /** What the source read although it is not as it should be. */
  deviations: readonly Deviation[];
  ofFiles: boolean;
  inspect: string;
  /** Where nothing is in files, no other warning tells more than that. */
  isEmptyFile: boolean;
  /** The traces of `drawnIds`, read once more. */
  drawn: readonly Trace[];
}>;
