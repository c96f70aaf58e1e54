import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Span, Trace } from '../traces/model.ts';
import { endLine, headLine, traceLine } from '../traces/sources/trace-lines.ts';
import { requestTraces } from './request-traces.ts';

/** `lines`: as --save writes them, a trace a line. `document`: all in one document of OTLP. */
export type FileForm = 'lines' | 'document';

export type SpanFile = Readonly<{ file: string; form: FileForm; spans: number; traces: number }>;

/** At least as many spans as asked for. */
export async function writeSpanFile(file: string, form: FileForm, least: number) {
  const counts = { spans: 0, traces: 0 };
  const counted = function* () {
    for (const trace of requestTraces(least)) {
      counts.spans += trace.spans.length;
      counts.traces += 1;
      yield trace;
    }
  };
  const chunks = form === 'lines' ? linesOf(counted()) : documentOf(counted());
  await pipeline(chunks, createWriteStream(file));
  return { file, form, ...counts };
}

function* linesOf(traces: Iterable<Trace>): Generator<string> {
  yield headLine({ kind: 'saved-file', name: 'bench', local: true, since: null, until: null });
  let written = 0;
  for (const trace of traces) {
    written += 1;
    yield traceLine(trace);
  }
  yield endLine({ traces: written, truncated: null });
}

/** The SDK's largest batch by default. */
const BATCH_SPANS = 512;

/** Each resource's spans in batches, as the programs' exports would arrive at a collector. */
function* documentOf(traces: Iterable<Trace>): Generator<string> {
  const batches = new Map<string, Span[]>();
  let before = '{"resourceSpans":[';
  const flush = function* (resource: string, spans: readonly Span[]) {
    yield `${before}{"resource":{"attributes":${resource}},"scopeSpans":[{"scope":{"name":"bench"},"spans":[`;
    yield `${spans.map((span) => JSON.stringify(toOtlp(span))).join(',\n')}]}]}`;
    before = ',\n';
  };
  for (const { spans } of traces) {
    for (const span of spans) {
      const resource = JSON.stringify(keyValues(span, isResourceLabel));
      const batch = batches.get(resource) ?? [];
      batches.set(resource, batch);
      batch.push(span);
      if (batch.length === BATCH_SPANS) yield* flush(resource, batch.splice(0));
    }
  }
  for (const [resource, spans] of batches) if (spans.length > 0) yield* flush(resource, spans);
  yield ']}\n';
}

const isResourceLabel = (key: string) =>
  /^(service|cloud)\./.test(key) || key.startsWith('shakesapp.config.');

const KINDS = { internal: 1, server: 2, client: 3 } as const;

function toOtlp(span: Span): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId !== undefined && { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: KINDS[span.kind],
    startTimeUnixNano: nanos(span.startMs),
    endTimeUnixNano: nanos(span.endMs),
    attributes: keyValues(span, (key) => !isResourceLabel(key)),
    status: {},
  };
}

const nanos = (ms: number): string => String(BigInt(Math.round(ms * 1_000)) * 1_000n);

const keyValues = ({ attributes }: Span, isWanted: (key: string) => boolean): object[] =>
  Object.entries(attributes)
    .filter(([key]) => isWanted(key))
    .map(([key, value]) => ({ key, value: { stringValue: value } }));
