import { checkOutput, interruptible, isStdout, UsageError } from '../cli/command-line.ts';
import {
  BENCHMARKS,
  type BenchFlags,
  type Benchmark,
  namesFor,
  START_WITHIN_MINUTES,
} from '../cli/commands/bench.ts';
import { writeOutcome } from '../cli/result-file.ts';
import { describeMachine } from './machine.ts';
import { measure } from './measure.ts';
import type { OutcomeRow } from './outcome.ts';
import { renderMarkdown, renderTable } from './render.ts';

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
  const signal = interruptible('interrupted');
  const machine = describeMachine();
  const startWithinMinutes = START_WITHIN_MINUTES[quick ? 'quick' : 'full'];
  const rows: OutcomeRow[] = [];
  const skipped: Benchmark[] = [];
  let failed = false;
  for (const name of names.length > 0 ? names : namesFor(quick)) {
    if (performance.now() > startWithinMinutes * 60_000) {
      skipped.push(name);
      continue;
    }
    process.stderr.write(`measuring ${name}\n`);
    const measured = await measure(name, { quick, seed: SEED, signal });
    if (signal.aborted) break;
    if (measured === undefined) failed = true;
    else rows.push(...measured);
  }
  for (const name of skipped) {
    process.stderr.write(
      `${name} is left out: no benchmark starts after ${startWithinMinutes} minutes\n`,
    );
  }
  const outcome = { machine, quick, seed: SEED, skipped, rows };
  const text = () => (markdown ? renderMarkdown(machine, rows) : renderTable(machine, rows));
  if (rows.length > 0 || (json !== undefined && isStdout(json))) {
    await writeOutcome(json, { text, value: () => outcome });
  }
  signal.throwIfAborted();
  return failed ? 1 : 0;
}
