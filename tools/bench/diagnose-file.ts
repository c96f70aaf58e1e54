import { COMMAND_LINE, type Finished, runProcess } from './run-process.ts';
import type { SpanFile } from './span-files.ts';

/** From a file to a diagnosis, by the real command. Throws where it has not seen every span. */
export async function diagnoseFile({ file, traces, spans }: SpanFile): Promise<Finished> {
  const finished = await runProcess([COMMAND_LINE, 'doctor', '--from', file, '--json']);
  const found = JSON.parse(finished.stdout);
  if (found.traces !== traces || found.spans !== spans) {
    throw new Error(`${found.spans} spans of ${spans} were read`);
  }
  return finished;
}
