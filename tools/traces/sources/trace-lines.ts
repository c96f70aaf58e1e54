import { z } from 'zod';
import type { Trace } from '../model.ts';
import type { SourceDescription } from './source.ts';
import { readLines } from './text-lines.ts';

/**
 * A file of saved traces: its first line says where they came from, each further one is a trace of
 * the model, and the last one closes it: a file without it was cut off.
 */
export const FORMAT = 'shakesapp-traces';
const FORMAT_VERSION = 1;

const attributes = z.record(z.string(), z.string());
const event = z.object({ name: z.string(), timeMs: z.number(), attributes });
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.enum(['internal', 'server', 'client']),
  startMs: z.number(),
  endMs: z.number(),
  attributes,
  events: z.array(event).optional(),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).optional(),
  status: z.object({ error: z.boolean(), message: z.string().optional() }).optional(),
});
const trace = z.object({ traceId: z.string(), projectId: z.string(), spans: z.array(span) });

const head = z.object({
  format: z.literal(FORMAT),
  version: z.literal(FORMAT_VERSION),
  source: z.object({
    kind: z.enum(['cloud-trace', 'saved-file', 'otlp-file', 'memory']),
    name: z.string(),
    local: z.boolean(),
    since: z.string().nullable(),
    until: z.string().nullable(),
  }),
  readAt: z.iso.datetime().nullable().optional(),
});

const end = z.object({
  end: z.literal(FORMAT),
  traces: z.number().int(),
  truncated: z.string().nullable(),
});
/** `truncated`: what the source left out, in words; null where it read everything. */
export type End = Readonly<{ traces: number; truncated: string | null }>;

/** `readAtMs`: so that a reader can tell a trace that was still growing; null where none was. */
export function headLine(source: SourceDescription, readAtMs: number | null = null): string {
  const readAt = readAtMs === null ? null : new Date(readAtMs).toISOString();
  return `${JSON.stringify({ format: FORMAT, version: FORMAT_VERSION, source, readAt })}\n`;
}

export const traceLine = (one: Trace): string => `${JSON.stringify(one)}\n`;

export const endLine = ({ traces, truncated }: End): string =>
  `${JSON.stringify({ end: FORMAT, traces, truncated })}\n`;

/** A whole file of traces that are in memory and complete. */
export function renderTraceFile(source: SourceDescription, traces: readonly Trace[]): string {
  const end = endLine({ traces: traces.length, truncated: null });
  return [headLine(source), ...traces.map(traceLine), end].join('');
}

export type Head = Readonly<{ source: SourceDescription; readAtMs: number | null }>;

/** Where the saved traces came from. Throws where the line is no head of this format. */
export function parseHead(line: string, path: string): Head {
  const parsed = head.safeParse(parseJson(line, path, 1));
  if (parsed.success) {
    const { source, readAt } = parsed.data;
    return { source, readAtMs: readAt == null ? null : Date.parse(readAt) };
  }
  throw new Error(
    `${path}, line 1: ${JSON.stringify(line.slice(0, 80))} is no head of saved traces; allowed: a file of npm run compare -- --save, version ${FORMAT_VERSION}`,
  );
}

/** The traces of a file line by line; never more than one in memory. `onEnd` gets its last line. */
export async function* readTraceLines(
  path: string,
  signal: AbortSignal,
  onEnd: (end: End) => void = () => {},
): AsyncGenerator<Trace> {
  let number = 0;
  for await (const line of readLines(path, signal)) {
    number += 1;
    if (number === 1 || line === '') continue;
    const document = parseJson(line, path, number);
    const closing = end.safeParse(document);
    if (closing.success) {
      onEnd(closing.data);
      continue;
    }
    if (head.safeParse(document).success) {
      throw new Error(
        `${path}, line ${number}: another file begins; give each to --from by itself`,
      );
    }
    const parsed = trace.safeParse(document);
    if (!parsed.success) {
      throw new Error(`${path}, line ${number}: no trace: ${z.prettifyError(parsed.error)}`);
    }
    // zod's optional fields are `| undefined`; JSON has no undefined, so they are absent here.
    yield parsed.data as Trace;
  }
}

function parseJson(line: string, path: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(
      `${path}, line ${number} is not JSON; the file may have been cut off or changed there: ${JSON.stringify(line.slice(-60))}`,
      { cause: error },
    );
  }
}
