import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { SourceDescription } from '../comparison.ts';
import type { Trace } from '../model.ts';

/** First line of a file of saved traces; each further line is one trace of the model. */
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
});

export function headLine(source: SourceDescription): string {
  return `${JSON.stringify({ format: FORMAT, version: FORMAT_VERSION, source })}\n`;
}

export const traceLine = (one: Trace): string => `${JSON.stringify(one)}\n`;

/** Where the saved traces came from. Throws where the line is no head of this format. */
export function parseHead(line: string, path: string): SourceDescription {
  const parsed = head.safeParse(parseJson(line, path, 1));
  if (parsed.success) return parsed.data.source;
  throw new Error(
    `${path}, line 1: ${JSON.stringify(line.slice(0, 80))} is no head of saved traces; allowed: a file of npm run compare -- --save, version ${FORMAT_VERSION}`,
  );
}

/** The traces of a file line by line; never more than one in memory. */
export async function* readTraceLines(path: string, signal: AbortSignal): AsyncGenerator<Trace> {
  let number = 0;
  for await (const line of readLines(path, signal)) {
    number += 1;
    if (number === 1 || line === '') continue;
    const parsed = trace.safeParse(parseJson(line, path, number));
    if (!parsed.success) {
      throw new Error(`${path}, line ${number}: no trace: ${z.prettifyError(parsed.error)}`);
    }
    // zod's optional fields are `| undefined`; JSON has no undefined, so they are absent here.
    yield parsed.data as Trace;
  }
}

export async function* readLines(path: string, signal: AbortSignal): AsyncGenerator<string> {
  const input = createReadStream(path, { signal });
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const line of lines) yield line;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    lines.close();
    input.destroy();
  }
}

function parseJson(line: string, path: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`${path}, line ${number} is not JSON`, { cause: error });
  }
}
