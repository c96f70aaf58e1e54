import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { LOCAL_PROJECT } from '../../cli/local-project.ts';
import { createDeviationTally } from '../deviation.ts';
import type { Span, Trace } from '../model.ts';
import { otlpRequest, otlpSpans } from './otlp-trace.ts';
import { type SourceDescription, type TraceSource, withoutDuplicates } from './source.ts';
import { readLines } from './text-lines.ts';
import { type End, FORMAT, type Head, parseHead, readTraceLines } from './trace-lines.ts';

/** `head`: of a file of saved traces; null of OTLP. */
type File = Readonly<{ path: string; head: Head | null }>;

/**
 * Traces from files: saved by --save (streamed, one trace at a time) or OTLP JSON, one document or
 * one a line (held whole, since a trace's spans are spread over its exports).
 */
export async function openFiles(paths: readonly string[]): Promise<TraceSource> {
  const files: File[] = [];
  for (const path of paths) files.push({ path, head: await sniff(path) });
  const saved = files.flatMap(({ head }) => (head === null ? [] : [head.source]));
  const otlpFiles = files.filter(({ head }) => head === null).map(({ path }) => path);
  const tally = createDeviationTally();
  const leftOut = new Map<string, string>();
  let local = saved.some((source) => source.local);
  const [first] = files;
  let readAtMs = files.length === 1 ? (first?.head?.readAtMs ?? null) : null;

  async function* readSaved({ path, head }: File, signal: AbortSignal): AsyncGenerator<Trace> {
    readAtMs = head?.readAtMs ?? null;
    let read = 0;
    leftOut.set(path, `${path} has no closing line: it was cut off`);
    const onEnd = ({ traces, truncated }: End) => {
      const lost = traces - read;
      if (truncated !== null) leftOut.set(path, `${path}: ${truncated}`);
      else if (lost > 0) leftOut.set(path, `${path} lacks ${lost} of the ${traces} traces saved`);
      else leftOut.delete(path);
    };
    for await (const trace of readTraceLines(path, signal, onEnd)) {
      read += 1;
      yield trace;
    }
  }

  async function* readAll(signal: AbortSignal): AsyncGenerator<Trace> {
    for (const file of files) if (file.head !== null) yield* readSaved(file, signal);
    if (otlpFiles.length === 0) return;
    readAtMs = null;
    yield* await readOtlp(otlpFiles, signal);
  }

  async function* read(signal: AbortSignal): AsyncGenerator<Trace> {
    for await (const trace of readAll(signal)) {
      // OTLP has no head that says so.
      local ||= trace.projectId === LOCAL_PROJECT.projectId;
      yield trace;
    }
  }

  return {
    describe: () => ({ ...describeFiles(files), local }),
    readAtMs: () => readAtMs,
    read,
    async find(traceIds, signal) {
      const found: Trace[] = [];
      for await (const trace of read(signal)) if (traceIds.has(trace.traceId)) found.push(trace);
      return found;
    },
    truncated: () => (leftOut.size === 0 ? null : [...leftOut.values()].join('; ')),
    deviations: () => tally.all(),
  };
}

/** Files that were all saved from Cloud Trace are Cloud Trace: a person still opens their traces there. */
function describeFiles(files: readonly File[]): Omit<SourceDescription, 'local'> {
  const [first] = files;
  const name = files
    .map(({ path, head }) => (head === null ? path : `${path} (saved from ${head.source.name})`))
    .join(', ');
  if (files.length === 1 && first?.head) return { ...first.head.source, name };
  const window = { since: null, until: null };
  if (files.every(({ head }) => head?.source.kind === 'cloud-trace')) {
    return { kind: 'cloud-trace', name, ...window };
  }
  const anySaved = files.some(({ head }) => head !== null);
  return { kind: anySaved ? 'saved-file' : 'otlp-file', name, ...window };
}

/** The head of a file of saved traces, or null where it is OTLP. Throws where it is neither. */
async function sniff(path: string): Promise<Head | null> {
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
