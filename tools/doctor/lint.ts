import { createProgress } from '../compare/progress.ts';
import { diagnose } from './diagnose.ts';
import { type LogLine, readLogs } from './logs.ts';
import { HELP, parseOptions } from './options.ts';
import { readTraces } from './read-traces.ts';
import { renderText } from './render-text.ts';

/** `npm run doctor` on traces: prints the diagnosis and returns the exit code. */
export async function lint(argv: readonly string[]): Promise<number> {
  const nowMs = Date.now();
  const options = parseOptions(argv, nowMs);
  if (options === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => interrupted.abort(new Error('interrupted')));
  }
  const progress = createProgress(process.stderr);
  try {
    const logs: LogLine[] = [];
    for (const file of options.logs) logs.push(...(await readLogs(file)));
    const { signal } = interrupted;
    const read = await readTraces(options, { signal, nowMs, onProgress: progress.show });
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
