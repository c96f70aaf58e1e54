import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { checkOutput, isStdout, UsageError } from '../cli/command-line.ts';
import { BENCHMARKS, type BenchFlags, type Benchmark, namesFor } from '../cli/commands/bench.ts';
import { writeOutcome } from '../cli/result-file.ts';
import { describeMachine } from './machine.ts';
import type { OutcomeRow } from './outcome.ts';
import { renderMarkdown, renderTable } from './render.ts';

/** After it no benchmark starts; one takes at most half a minute on a machine that is not busy. */
const QUICK_START_WITHIN_MS = 75_000;
const SEED = 1;

/** Returns the exit code. */
export async function run(flags: BenchFlags): Promise<number> {
  const { names, json, quick = false, markdown = false } = flags;
  if (typeof json === 'string' && Object.hasOwn(BENCHMARKS, json)) {
    throw new UsageError(
      `--json takes ${JSON.stringify(json)} as the name of a file; put the benchmark first (bench ${json} --json), or write --json=./${json} for a file of that name`,
    );
  }
  checkOutput('json', json);
  const machine = describeMachine();
  const rows: OutcomeRow[] = [];
  const skipped: Benchmark[] = [];
  let failed = false;
  for (const name of names.length > 0 ? names : namesFor(quick)) {
    if (quick && performance.now() > QUICK_START_WITHIN_MS) {
      skipped.push(name);
      continue;
    }
    process.stderr.write(`measuring ${name}\n`);
    const measured = await measure(name, { quick });
    if (measured === undefined) failed = true;
    else rows.push(...measured);
  }
  for (const name of skipped)
    process.stderr.write(`${name} is left out: --quick starts no benchmark after 75 s\n`);
  const outcome = { machine, quick, seed: SEED, skipped, rows };
  const text = () => (markdown ? renderMarkdown(machine, rows) : renderTable(machine, rows));
  if (rows.length > 0 || (json !== undefined && isStdout(json))) {
    await writeOutcome(json, { text, value: () => outcome });
  }
  return failed ? 1 : 0;
}

const MEASURING = join(import.meta.dirname, 'measure-row.ts');

/** In a new process. Undefined where it failed and said why; no figures at all throw. */
export async function measure(
  name: string,
  { quick, file = MEASURING }: { quick: boolean; file?: string },
): Promise<readonly OutcomeRow[] | undefined> {
  const measuring = spawn(
    process.execPath,
    ['--expose-gc', file, name, quick ? 'quick' : 'full', String(SEED)],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  let rows: readonly OutcomeRow[] | undefined;
  measuring.once('message', (message) => {
    rows = message as readonly OutcomeRow[];
  });
  // 'close' comes after the last message, 'exit' may come before it
  const [code] = await once(measuring, 'close');
  if (code !== 0) return undefined;
  if (rows === undefined) throw new Error(`${name} ended without figures`);
  return rows;
}
