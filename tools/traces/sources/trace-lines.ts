import { z } from 'zod';
import { DEVIATION_KINDS, type Deviation } from '../deviation.ts';
import type { Trace } from '../model.ts';
import { tryJson } from './json-documents.ts';
import type { SourceDescription } from './source.ts';
import { show } from './unreadable.ts';

/**
 * A file of saved traces: its first line says where they came from, each further one is a trace of
 * the model, and the last one closes it: a file without it was cut off.
 */
export const FORMAT = 'shakesapp-traces';
const FORMAT_VERSION = 1;

const hex = (digits: number) =>
  z.string().regex(new RegExp(`^(?!0+$)[0-9a-f]{${digits}}$`), `${digits} hexadecimal digits`);
const attributes = z.record(z.string(), z.string());
/** Nothing of a store that holds nanoseconds in 64 bits is later. */
export const LATEST_MS = Number(2n ** 63n / 1_000_000n);
const time = z.number().min(0).max(LATEST_MS);
const event = z.strictObject({ name: z.string(), timeMs: time, attributes });
const span = z.strictObject({
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: hex(16).optional(),
  name: z.string(),
  kind: z.enum(['internal', 'server', 'client']),
  startMs: time,
  endMs: time,
  impossible: z.string().optional(),
  attributes,
  events: z.array(event).optional(),
  links: z.array(z.strictObject({ traceId: hex(32), spanId: hex(16) })).optional(),
  status: z.strictObject({ error: z.boolean(), message: z.string().optional() }).optional(),
});
export const traceSchema = z.strictObject({
  traceId: hex(32),
  projectId: z.string(),
  spans: z.array(span),
});

/** `otlp-file`: what files were called while OTLP was the only other format. */
const source = z
  .object({
    kind: z.enum(['cloud-trace', 'saved-file', 'file', 'otlp-file', 'memory']),
    format: z.string().optional(),
    name: z.string(),
    local: z.boolean(),
    since: z.string().nullable(),
    until: z.string().nullable(),
  })
  .transform(({ kind, ...rest }) =>
    kind === 'otlp-file'
      ? { ...rest, kind: 'file' as const, format: 'OTLP JSON' }
      : { ...rest, kind },
  );

export const headSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(FORMAT_VERSION),
  source,
  readAt: z.iso.datetime().nullable().optional(),
});

const text = z.string().nullable();
const example = z.object({
  ...{ file: text, line: z.number().nullable(), traceId: text, spanId: text, value: text },
});
const deviation = z.object({ kind: z.enum(DEVIATION_KINDS), count: z.number().int(), example });
export const endSchema = z.object({
  end: z.literal(FORMAT),
  traces: z.number().int().min(0),
  truncated: z.string().nullable(),
  deviations: z.array(deviation).optional(),
});
/**
 * `truncated`: what the source left out, in words; null where it read everything. `deviations`: what
 * the source reported; none where they are absent.
 */
export type End = Readonly<{
  traces: number;
  truncated: string | null;
  deviations?: readonly Deviation[] | undefined;
}>;

/** `readAtMs`: so that a reader can tell a trace that was still growing; null where none was. */
export function headLine(source: SourceDescription, readAtMs: number | null = null): string {
  const readAt = readAtMs === null ? null : new Date(readAtMs).toISOString();
  return `${JSON.stringify({ format: FORMAT, version: FORMAT_VERSION, source, readAt })}\n`;
}

export const traceLine = (one: Trace): string => `${JSON.stringify(one)}\n`;

export const endLine = ({ traces, truncated, deviations = [] }: End): string => {
  const told = deviations.length === 0 ? {} : { deviations };
  return `${JSON.stringify({ end: FORMAT, traces, truncated, ...told })}\n`;
};

/** A file of traces that are in memory, all of them. */
export function renderTraceFile(source: SourceDescription, traces: readonly Trace[]): string {
  const end = endLine({ traces: traces.length, truncated: null });
  return [headLine(source), ...traces.map(traceLine), end].join('');
}

export type Head = Readonly<{ source: SourceDescription; readAtMs: number | null }>;

/** Where the saved traces came from. Throws where the line is no head of this format. */
export function parseHead(line: string, path: string): Head {
  const parsed = headSchema.safeParse(tryJson(line));
  if (parsed.success) {
    const { source, readAt } = parsed.data;
    return { source, readAtMs: readAt == null ? null : Date.parse(readAt) };
  }
  throw new Error(
    `${path}, line 1: ${show(line)} is not the head of a file of saved traces; allowed: a file that compare --save wrote, version ${FORMAT_VERSION}`,
  );
}
