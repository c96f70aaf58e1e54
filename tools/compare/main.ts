import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { interruptible, isStdout } from '../cli/command-line.ts';
import { columnsFor } from '../cli/format.ts';
import { INTERRUPTED } from '../cli/origin.ts';
import { createProgress } from '../cli/progress.ts';
import { tellWritten, writeOutcome, writeResult } from '../cli/result-file.ts';
import { prepareEngine } from '../traces/engine.ts';
import type { Trace } from '../traces/model.ts';
import { explainSource, openSource } from '../traces/sources/open-source.ts';
import type { TraceSource } from '../traces/sources/source.ts';
import {
  type End,
  endLine,
  headLine,
  outsideLine,
  traceLine,
} from '../traces/sources/trace-lines.ts';
import { compareSource } from './compare.ts';
import { whyNothingRead } from './empty-read.ts';
import { isGateClosed } from './gate/gate.ts';
import { gateLines } from './gate/render-gate.ts';
import type { Options } from './options.ts';
import type { Comparison } from './result/comparison.ts';
import { renderText } from './text/render-text.ts';

/** Returns the exit code. */
export async function run(asked: Options): Promise<number> {
  const explained = await explainSource(asked);
  if (explained !== null) {
    const { text, value } = explained;
    await writeOutcome(asked.json, { text: () => text, value: () => value });
    return 0;
  }
  const seeSize = prepareEngine(asked.origin.kind === 'files' ? asked.origin.paths : []);
  const signal = interruptible(INTERRUPTED[asked.origin.kind]);
  const progress = createProgress(process.stderr);
  try {
    const { options, source } = await openSource(asked, {
      signal,
      env: process.env,
      onProgress: progress.show,
      onResume: (text) => process.stderr.write(`compare: ${text}\n`),
    });
    const saving = options.save === undefined ? null : startSaving(options.save, source);
    let read = 0;
    const comparison = await compareSource(source, {
      cohorts: options.cohorts,
      collecting: options.collecting,
      signal,
      gate: options.conditions.length === 0 ? undefined : options,
      ofFiles: options.origin.kind === 'files',
      inspect: `Run npx shakesapp doctor ${options.sameTraces}`,
      onTrace: async (trace, isInSample) => {
        read += 1;
        seeSize(trace);
        if (read % 500 === 0) progress.show(`${read} traces`);
        await saving?.add(trace, isInSample);
      },
    });
    await saving?.close({
      ...{ truncated: source.truncated(), deviations: source.deviations() },
      sample: source.sample?.() ?? undefined,
    });
    progress.clear();
    const hint = read === 0 ? whyNothingRead(options) : null;
    if (hint !== null) process.stderr.write(`compare: ${hint}\n`);
    if (options.save !== undefined) await tellWritten(options.save);
    await writeResults(comparison, options);
    const { gate, cohorts } = comparison;
    const { a, b } = cohorts;
    const isRefused = Math.min(a.traces, b.traces) === 0 || a.wrongCounts + b.wrongCounts > 0;
    return isRefused || (gate !== undefined && isGateClosed(gate)) ? 1 : 0;
  } finally {
    progress.clear();
  }
}

/** Writes as it is read; a slow disk slows the reading instead of filling the memory. */
function startSaving(path: string, source: TraceSource) {
  const file = createWriteStream(path);
  const failed = new Promise<never>((_, reject) => file.once('error', reject));
  failed.catch(() => {});
  let saved = 0;
  file.write(headLine(source.describe(), source.readAtMs()));
  return {
    async add(trace: Trace, isInSample: boolean): Promise<void> {
      saved += 1;
      if (!file.write(isInSample ? traceLine(trace) : outsideLine(trace)))
        await Promise.race([once(file, 'drain'), failed]);
    },
    async close(read: Omit<End, 'traces'>): Promise<void> {
      file.end(endLine({ traces: saved, ...read }));
      await Promise.race([once(file, 'close'), failed]);
    },
  };
}

async function writeResults(comparison: Comparison, options: Options): Promise<void> {
  await writeOutcome(options.json, {
    text: () => renderText(comparison, columnsFor(process.stdout)),
    value: () => comparison,
  });
  // Whoever reads the log of a job sees why it ended so, also where stdout is for a program.
  if (options.json !== undefined && isStdout(options.json)) {
    for (const line of gateLines(comparison.gate)) process.stderr.write(`${line}\n`);
  }
  if (options.summary !== undefined) {
    const { renderSummary } = await import('./text/render-summary.ts');
    await appendFile(options.summary, renderSummary(comparison));
    await tellWritten(options.summary);
  }
  if (options.html !== undefined) {
    // Loaded only here: the plots' libraries take longer to load than a comparison to compute.
    const { renderHtml } = await import('./html/render-html.ts');
    await writeResult(options.html, renderHtml(comparison));
  }
}
