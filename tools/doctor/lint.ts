import { interruptible } from '../cli/command-line.ts';
import { INTERRUPTED } from '../cli/origin.ts';
import { createProgress } from '../cli/progress.ts';
import { openSource } from '../traces/sources/open-source.ts';
import { diagnose } from './diagnose.ts';
import { type LogLine, readLogs } from './logs.ts';
import { HELP, parseOptions } from './options.ts';
import { readTraces } from './read-traces.ts';
import { renderText } from './render-text.ts';

/** `npm run doctor` on traces: prints the diagnosis and returns the exit code. */
export async function lint(argv: readonly string[]): Promise<number> {
  const asked = parseOptions(argv, Date.now());
  if (asked === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const signal = interruptible(INTERRUPTED[asked.origin.kind]);
  const progress = createProgress(process.stderr);
  try {
    const logs: LogLine[] = [];
    for (const file of asked.logs) logs.push(...(await readLogs(file)));
    const { options, source } = await openSource(asked, {
      onProgress: progress.show,
      onResume: (text) => process.stderr.write(`doctor: ${text}\n`),
    });
    const read = await readTraces(source, options, signal);
    progress.clear();
    const diagnosis = diagnose(read.traces, options.logs.length > 0 ? logs : undefined);
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ scope: read.scope, ...diagnosis }, null, 2)}\n`
        : renderText(diagnosis, read.scope),
    );
    return diagnosis.findings.length > 0 ? 1 : 0;
  } finally {
    progress.clear();
  }
}
