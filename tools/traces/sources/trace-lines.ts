import type { Deviation } from '../deviation.ts';
import type { Trace } from '../model.ts';
import type { Sample } from './sampling/sample.ts';
import type { SourceDescription } from './source.ts';

/**
 * A file of saved traces: its first line says where they came from, each further one is a trace of
 * the model, and the last one closes it: a file without it was cut off.
 */
export const FORMAT = 'shakesapp-traces';
export const FORMAT_VERSION = 1;

/**
 * `truncated`: what the source left out, in words; null where it read everything. `deviations`: what
 * the source reported; none where they are absent.
 */
export type End = Readonly<{
  traces: number;
  truncated: string | null;
  deviations?: readonly Deviation[] | undefined;
  /** Where the traces are a sample. */
  sample?: Sample | undefined;
}>;

/** The first line, but for what a reader has no use for. */
export type HeadLine = Readonly<{ source: SourceDescription; readAt?: string | null | undefined }>;

/** `readAtMs`: so that a reader can tell a trace that was still growing; null where none was. */
export function headLine(source: SourceDescription, readAtMs: number | null = null): string {
  const readAt = readAtMs === null ? null : new Date(readAtMs).toISOString();
  return `${JSON.stringify({ format: FORMAT, version: FORMAT_VERSION, source, readAt })}\n`;
}

export const traceLine = (one: Trace): string => `${JSON.stringify(one)}\n`;

/** Of a trace outside of the slices of a sample: it is there because something in it failed. */
export const outsideLine = (one: Trace): string => `${JSON.stringify({ ...one, outside: true })}\n`;

export const endLine = ({ traces, truncated, deviations = [], sample }: End): string => {
  const told = deviations.length === 0 ? {} : { deviations };
  return `${JSON.stringify({ end: FORMAT, traces, truncated, ...told, sample })}\n`;
};

/** A file of traces that are in memory, all of them. */
export function renderTraceFile(source: SourceDescription, traces: readonly Trace[]): string {
  const end = endLine({ traces: traces.length, truncated: null });
  return [headLine(source), ...traces.map(traceLine), end].join('');
}
