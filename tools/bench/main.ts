import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { checkOutput, isStdout } from '../cli/command-line.ts';
import { BENCHMARKS, type BenchFlags, type Benchmark } from '../cli/commands/bench.ts';
import { writeOutcome } from '../cli/result-file.ts';

/** Returns the exit code. */
export async function run({ names, json }: BenchFlags): Promise<number> {
  checkOutput('json', json);
  const asText = json === undefined || !isStdout(json);
  const figures: Record<string, unknown> = {};
  for (const name of names.length > 0 ? names : (Object.keys(BENCHMARKS) as Benchmark[])) {
    if (asText) process.stdout.write(`${name}: ${BENCHMARKS[name]}\n`);
    const file = join(import.meta.dirname, `${name}.ts`);
    const measuring = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (asText) measuring.stdout.pipe(process.stdout, { end: false });
    const [output, [code]] = await Promise.all([text(measuring.stdout), once(measuring, 'exit')]);
    if (code !== 0) return 1;
    figures[name] = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '');
  }
  await writeOutcome(json, { text: () => '', value: () => figures });
  return 0;
}
