import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COMMAND_LINE, type Finished, runProcess } from './run-process.ts';
import type { SpanFile } from './span-files.ts';

const ALL_TRACES = '100000';

/**
 * From a file to table, JSON and HTML, by the real command. `heapMb` bounds the process's
 * JavaScript heap: what does not fit dies.
 */
export async function compareFile(
  { file, traces }: SpanFile,
  folder: string,
  heapMb?: number,
): Promise<Finished> {
  const json = join(folder, 'out.json');
  const html = join(folder, 'out.html');
  const finished = await runProcess(
    [
      ...[COMMAND_LINE, 'compare', '--from', file, '--max-traces', ALL_TRACES],
      ...[`--json=${json}`, '--html', html],
    ],
    { heapMb },
  );
  await checkCompared({ ...finished, json, html, traces });
  return finished;
}

/** A command that does nothing is fast: its figures count only with the complete result. */
export async function checkCompared(of: {
  stdout: string;
  json: string;
  html: string;
  traces: number;
}): Promise<void> {
  const { cohorts, sample } = JSON.parse(await readFile(of.json, 'utf8'));
  // Of files beyond its budget it reads a sample, and counts all.
  const compared = sample?.traces.estimate ?? cohorts.a.traces + cohorts.b.traces;
  if (compared !== of.traces) throw new Error(`${compared} traces of ${of.traces} were compared`);
  if (of.stdout.trim() === '') throw new Error('the comparison printed no table');
  if (!(await readFile(of.html, 'utf8')).trimEnd().endsWith('</html>')) {
    throw new Error('the comparison wrote no complete page');
  }
}
