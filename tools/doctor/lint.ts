import { interruptible } from '../cli/command-line.ts';
import { columnsFor } from '../cli/format.ts';
import { INTERRUPTED } from '../cli/origin.ts';
import { createProgress } from '../cli/progress.ts';
import { writeOutcome } from '../cli/result-file.ts';
import { holdYoungSpace, prepareEngine } from '../traces/engine.ts';
import type { Trace } from '../traces/model.ts';
import { explainSource, openSource } from '../traces/sources/open-source.ts';
import { createDiagnosis } from './diagnose.ts';
import { type LogLine, readLogs } from './logs.ts';
import type { Options } from './options.ts';
import { readTraces } from './read-traces.ts';
import { renderText } from './render-text.ts';

/** Prints the diagnosis of traces and returns the exit code. */
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
    const logs: LogLine[] = [];
    const cut: string[] = [];
    for (const file of asked.logs) {
      const { lines, cutShort } = await readLogs(file, signal);
      logs.push(...lines);
      if (cutShort !== null) cut.push(cutShort);
    }
    const { options, source } = await openSource(asked, {
      signal,
      env: process.env,
      onProgress: progress.show,
      onResume: (text) => process.stderr.write(`doctor: ${text}\n`),
    });
    const seen = createDiagnosis(options.logs.length > 0 ? logs : undefined, options.reading);
    // Other formats come as many spans at once, which outlive some collections.
    const hold = source.describe().kind === 'file' ? null : holdYoungSpace();
    const onTrace = (trace: Trace) => {
      seeSize(trace);
      hold?.(trace);
      seen.see(trace);
    };
    const read = await readTraces(source, options, { signal, onTrace });
    progress.clear();
    const diagnosis = seen.finish({
      leftOut: read.leftOut,
      ofFiles: options.origin.kind === 'files',
      cutShort: [read.cutShort ?? [], cut].flat().join('; ') || null,
      deviations: source.deviations(),
    });
    await writeOutcome(options.json, {
      text: () => renderText(diagnosis, read.scope, columnsFor(process.stdout)),
      value: () => ({ scope: read.scope, ...diagnosis }),
    });
    return diagnosis.findings.length > 0 ? 1 : 0;
  } finally {
    progress.clear();
  }
}
