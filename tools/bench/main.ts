import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { checkOutput, isStdout, UsageError } from '../cli/command-line.ts';
import { BENCHMARKS, type BenchFlags, type Benchmark } from '../cli/commands/bench.ts';
import { writeOutcome } from '../cli/result-file.ts';

/** Returns the exit code. */
export async function run({ names, json }: BenchFlags): Promise<number> {
  if (typeof json === 'string' && Object.hasOwn(BENCHMARKS, json)) {
    throw new UsageError(
      `--json takes ${JSON.stringify(json)} as the name of a file; put the benchmark first (bench ${json} --json), or write --json=./${json} for a file of that name`,
    );
  }
  checkOutput('json', json);
  const asText = json === undefined || !isStdout(json);
  const figures: Record<string, unknown> = {};
  for (const name of names.length > 0 ? names : (Object.keys(BENCHMARKS) as Benchmark[])) {
    if (asText) process.stdout.write(`${name}: ${BENCHMARKS[name]}\n`);
    const file = join(import.meta.dirname, `${name}.ts`);
    const measured = await measure(file, asText);
    if (measured === undefined) return 1;
    figures[name] = measured;
  }
  await writeOutcome(json, { text: () => '', value: () => figures });
  return 0;
}

/** What the benchmark sent; undefined where it failed and said why. A run without figures throws. */
export async function measure(file: string, asText: boolean): Promise<unknown> {
  const measuring = spawn(process.execPath, [file], {
    stdio: ['ignore', asText ? 'inherit' : 'ignore', 'inherit', 'ipc'],
  });
  let figures: unknown;
  measuring.once('message', (message) => {
    figures = message;
  });
  // 'close' comes after the last message, 'exit' may come before it
  const [code] = await once(measuring, 'close');
  if (code !== 0) return undefined;
  if (figures === undefined) throw new Error(`${file} ended without figures`);
  return figures;
}
