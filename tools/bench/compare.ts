/**
 * How long the comparison of 100,000 spans takes, and how much memory: from a file of saved traces
 * to table, JSON and HTML, by the real command in its own process. `npx shakesapp bench compare`.
 */

import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { median } from 'simple-statistics';
import { endLine, headLine, traceLine } from '../traces/sources/trace-lines.ts';
import { requestTraces } from './request-traces.ts';

export type ScaleOutcome = Readonly<{
  spans: number;
  fileMb: number;
  wallMs: number;
  cpuMs: number;
  /** Resident, of the process. */
  peakMb: number;
}>;

/** `heapMb` bounds the process's JavaScript heap: what does not fit dies. */
export async function benchCompare(spans = 100_000, heapMb?: number): Promise<ScaleOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-compare-'));
  try {
    const file = join(folder, 'traces.ndjson');
    let written = 0;
    let count = 0;
    let bytes = 0;
    await pipeline(async function* () {
      yield headLine({ kind: 'saved-file', name: 'bench', local: true, since: null, until: null });
      for (const trace of requestTraces(spans)) {
        written += trace.spans.length;
        count += 1;
        const line = traceLine(trace);
        bytes += line.length;
        yield line;
      }
      yield endLine({ traces: count, truncated: null });
    }, createWriteStream(file));
    const json = join(folder, 'out.json');
    const html = join(folder, 'out.html');
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      ...(heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`]),
      '--import',
      join(import.meta.dirname, 'report-usage.ts'),
      COMMAND,
      ...['compare', '--from', file, `--json=${json}`, '--html', html],
    ]);
    await checkCompared({ stdout, json, html, traces: count });
    const usage = JSON.parse(stderr.trim().split('\n').at(-1) ?? '{}');
    return { spans: written, fileMb: Math.round(bytes / 1_000_000), ...usage };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const COMMAND = join(import.meta.dirname, '../cli/main.ts');

/** A command that does nothing is fast: its figures count only with the complete result. */
export async function checkCompared(of: {
  stdout: string;
  json: string;
  html: string;
  traces: number;
}): Promise<void> {
  const { cohorts } = JSON.parse(await readFile(of.json, 'utf8'));
  const compared = cohorts.a.traces + cohorts.b.traces;
  if (compared !== of.traces) throw new Error(`${compared} traces of ${of.traces} were compared`);
  if (of.stdout.trim() === '') throw new Error('the comparison printed no table');
  if (!(await readFile(of.html, 'utf8')).trimEnd().endsWith('</html>')) {
    throw new Error('the comparison wrote no complete page');
  }
}

/** A fifth and four times as many: what a stream keeps of a span shows in the growth between them. */
const SIZES = [20_000, 100_000, 400_000];
const REPEATS = 5;

/** Median, lowest and highest of several runs of one size. */
export function summariseScale(outcomes: readonly ScaleOutcome[]) {
  const of = (field: 'wallMs' | 'cpuMs' | 'peakMb') => {
    const values = outcomes.map((outcome) => outcome[field]);
    return { median: median(values), low: Math.min(...values), high: Math.max(...values) };
  };
  const { spans = 0, fileMb = 0 } = outcomes[0] ?? {};
  const runs = outcomes.length;
  return { spans, fileMb, runs, wallMs: of('wallMs'), cpuMs: of('cpuMs'), peakMb: of('peakMb') };
}

export function renderScale(summary: ReturnType<typeof summariseScale>): string {
  type Spread = typeof summary.wallMs;
  const seconds = ({ median: middle, low, high }: Spread) =>
    `${(middle / 1_000).toFixed(1)} s (${(low / 1_000).toFixed(1)}-${(high / 1_000).toFixed(1)})`;
  const { spans, fileMb, runs, wallMs, cpuMs, peakMb } = summary;
  return (
    `${String(spans).padStart(7)} spans in ${fileMb} MB: ${seconds(wallMs)}, CPU ${seconds(cpuMs)}, ` +
    `peak ${peakMb.median} MB (${peakMb.low}-${peakMb.high}); median of ${runs} (range)`
  );
}

if (import.meta.main) {
  const summaries = [];
  for (const size of SIZES) {
    const outcomes = [];
    for (let run = 0; run < REPEATS; run += 1) outcomes.push(await benchCompare(size));
    const summary = summariseScale(outcomes);
    console.log(renderScale(summary));
    summaries.push(summary);
  }
  process.send?.(summaries);
}
