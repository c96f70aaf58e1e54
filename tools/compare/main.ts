import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkOutput, runTool } from '../command-line.ts';
import { readAddresses } from '../local/addresses.ts';
import { compareSource } from './compare.ts';
import type { Comparison, SourceDescription } from './comparison.ts';
import type { Trace } from './model.ts';
import { HELP, type Options, parseOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { renderText } from './render-text.ts';
import { createCloudTraceSource } from './sources/cloud-trace.ts';
import { openFiles } from './sources/files.ts';
import type { TraceSource } from './sources/source.ts';
import { headLine, traceLine } from './sources/trace-lines.ts';

const CACHE_DIRECTORY = join(import.meta.dirname, '../../.local/trace-cache');

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), Date.now());
  if (options === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  for (const flag of ['json', 'html', 'save'] as const) checkOutput(flag, options[flag]);
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () =>
      interrupted.abort(new Error('interrupted; the same command goes on where it stopped')),
    );
  }
  const progress = createProgress(process.stderr);
  try {
    const source = await openSource(options, progress.show);
    // Until now at the latest, so that a reader of the file can tell a trace that was still growing.
    const { until, ...described } = source.describe();
    const saved = { ...described, until: until ?? new Date().toISOString() };
    const saving = options.save === undefined ? null : startSaving(options.save, saved);
    let read = 0;
    const comparison = await compareSource(source, {
      cohorts: options.cohorts,
      signal: interrupted.signal,
      onTrace: async (trace) => {
        read += 1;
        if (read % 500 === 0) progress.show(`${read} traces`);
        await saving?.add(trace);
      },
    });
    await saving?.close();
    progress.clear();
    await writeResults(comparison, options);
    const { a, b } = comparison.cohorts;
    return Math.min(a.traces, b.traces) === 0 || a.wrongCounts + b.wrongCounts > 0 ? 1 : 0;
  } finally {
    progress.clear();
  }
}

async function openSource(
  options: Options,
  onProgress: (text: string) => void,
): Promise<TraceSource> {
  const { origin, window, sinceMs, untilMs, filter, mostTraces } = options;
  if (origin.kind === 'files') return openFiles(origin.paths);
  const local = origin.kind === 'local' ? await readAddresses() : undefined;
  return createCloudTraceSource({
    projectId: origin.kind === 'project' ? origin.projectId : (local?.projectId ?? ''),
    rootUrl: local?.traceReadOrigin,
    window,
    sinceMs,
    untilMs,
    filter,
    mostTraces,
    cacheDirectory: CACHE_DIRECTORY,
    onProgress,
  });
}

/** Writes as it is read; a slow disk slows the reading instead of filling the memory. */
function startSaving(path: string, source: SourceDescription) {
  const file = createWriteStream(path);
  const failed = new Promise<never>((_, reject) => file.once('error', reject));
  failed.catch(() => {});
  file.write(headLine(source));
  return {
    async add(trace: Trace): Promise<void> {
      if (!file.write(traceLine(trace))) await Promise.race([once(file, 'drain'), failed]);
    },
    async close(): Promise<void> {
      file.end();
      await Promise.race([once(file, 'close'), failed]);
    },
  };
}

async function writeResults(comparison: Comparison, options: Options): Promise<void> {
  const json = `${JSON.stringify(comparison, null, 2)}\n`;
  if (options.json === '-') process.stdout.write(json);
  else {
    process.stdout.write(renderText(comparison));
    if (options.json !== undefined) await writeFile(options.json, json);
  }
  if (options.html !== undefined) {
    // Loaded only here: the plots' libraries take longer to load than a comparison to compute.
    const { renderHtml } = await import('./html/render-html.ts');
    await writeFile(options.html, renderHtml(comparison));
  }
}

await runTool('compare', main);
