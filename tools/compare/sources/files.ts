import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { SourceDescription } from '../comparison.ts';
import type { Span, Trace } from '../model.ts';
import { otlpRequest, otlpSpans } from './otlp-trace.ts';
import { type TraceSource, withoutDuplicates } from './source.ts';
import { FORMAT, parseHead, readLines, readTraceLines } from './trace-lines.ts';

type File = Readonly<{ path: string; saved: SourceDescription | null }>;

/**
 * Traces from files: saved by --save (streamed, one trace at a time) or OTLP JSON, one document or
 * one a line (held whole, since a trace's spans are spread over its exports).
 */
export async function openFiles(paths: readonly string[]): Promise<TraceSource> {
  const files: File[] = [];
  for (const path of paths) files.push({ path, saved: await sniff(path) });
  const saved = files.map((file) => file.saved).filter((source) => source !== null);
  const [only] = saved;
  const otlpFiles = files.filter((file) => file.saved === null).map(({ path }) => path);

  async function* read(signal: AbortSignal): AsyncGenerator<Trace> {
    for (const file of files) if (file.saved !== null) yield* readTraceLines(file.path, signal);
    if (otlpFiles.length > 0) yield* await readOtlp(otlpFiles, signal);
  }

  return {
    describe: () =>
      only !== undefined && files.length === 1
        ? { ...only, name: `${paths[0]} (saved from ${only.name})` }
        : {
            kind: saved.length > 0 ? 'saved-file' : 'otlp-file',
            name: paths.join(', '),
            local: saved.some(({ local }) => local),
            since: null,
            until: null,
          },
    read,
    async find(traceIds, signal) {
      const found: Trace[] = [];
      for await (const trace of read(signal)) if (traceIds.has(trace.traceId)) found.push(trace);
      return found;
    },
    truncated: () => null,
  };
}

/** Where the file's saved traces came from, or null where it is OTLP. Throws where it is neither. */
async function sniff(path: string): Promise<SourceDescription | null> {
  for await (const line of readLines(path, AbortSignal.timeout(10_000))) {
    if (line.includes(`"${FORMAT}"`)) return parseHead(line, path);
    if (line.trimStart().startsWith('{')) return null;
    break;
  }
  throw new Error(
    `${path} holds no traces; allowed: a file of npm run compare -- --save, or OTLP JSON`,
  );
}

async function readOtlp(paths: readonly string[], signal: AbortSignal): Promise<readonly Trace[]> {
  const byTrace = new Map<string, Span[]>();
  for (const path of paths) {
    for await (const request of otlpRequests(path, signal)) {
      for (const span of otlpSpans(request)) {
        const spans = byTrace.get(span.traceId);
        if (spans === undefined) byTrace.set(span.traceId, [span]);
        else spans.push(span);
      }
    }
  }
  return [...byTrace].map(([traceId, spans]) => ({
    traceId,
    projectId:
      spans.find(({ attributes }) => attributes['gcp.project_id'])?.attributes['gcp.project_id'] ??
      '',
    spans: withoutDuplicates(spans),
  }));
}

/** One request a line, as the collector's file exporter writes, or one document over many lines. */
async function* otlpRequests(
  path: string,
  signal: AbortSignal,
): AsyncGenerator<z.output<typeof otlpRequest>> {
  let number = 0;
  for await (const line of readLines(path, signal)) {
    number += 1;
    if (line.trim() === '') continue;
    const document = tryJson(line);
    if (document === undefined && number === 1) {
      yield parseRequest(tryJson(await readFile(path, { encoding: 'utf8', signal })), path);
      return;
    }
    yield parseRequest(document, `${path}, line ${number}`);
  }
}

function parseRequest(document: unknown, where: string): z.output<typeof otlpRequest> {
  const parsed = otlpRequest.safeParse(document);
  if (parsed.success) return parsed.data;
  const reason = document === undefined ? 'not JSON' : z.prettifyError(parsed.error);
  throw new Error(`${where}: no OTLP trace data: ${reason}`);
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
