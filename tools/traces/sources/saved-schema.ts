import { z } from 'zod';
import { DEVIATION_KINDS } from '../deviation.ts';
import { LATEST_MS } from './saved-trace-check.ts';
import { type End, FORMAT, FORMAT_VERSION, type HeadLine } from './trace-lines.ts';

/** What the lines of a file of saved traces may be. Loaded only for a line that is not as --save writes it. */
const hex = (digits: number) =>
  z.string().regex(new RegExp(`^(?!0+$)[0-9a-f]{${digits}}$`), `${digits} hexadecimal digits`);
const attributes = z.record(z.string(), z.string());
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
  outside: z.literal(true).optional(),
});

/** `otlp-file`: what files were called while OTLP was the only other format. */
const source = z
  .object({
    kind: z.enum(['cloud-trace', 'bigquery', 'saved-file', 'file', 'otlp-file', 'memory']),
    format: z.string().optional(),
    name: z.string(),
    local: z.boolean(),
    since: z.string().nullable(),
    until: z.string().nullable(),
    instrument: z.string().optional(),
  })
  .transform(({ kind, ...rest }) =>
    kind === 'otlp-file'
      ? { ...rest, kind: 'file' as const, format: 'OTLP JSON' }
      : { ...rest, kind },
  );

const headSchema = z.object({
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
const slice = z.object({ startMs: z.number(), endMs: z.number() });
const sample = z.object({
  strata: z.array(z.array(slice)),
  read: z.array(slice),
  sliceMs: z.number().positive(),
  seed: z.number(),
  failures: z.enum(['all', 'part']),
  traces: z.number().nullable(),
});
const endSchema = z.object({
  end: z.literal(FORMAT),
  traces: z.number().int().min(0),
  truncated: z.string().nullable(),
  deviations: z.array(deviation).optional(),
  sample: sample.optional(),
});

export const headOf = (value: unknown): HeadLine | null => headSchema.safeParse(value).data ?? null;
export const endOf = (value: unknown): End | null => endSchema.safeParse(value).data ?? null;
