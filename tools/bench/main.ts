import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseCommandLine, runTool, UsageError } from '../cli/command-line.ts';

/** Each is a file of this folder that prints its figures and, as the last line, JSON. */
const BENCHMARKS: Readonly<Record<string, string>> = {
  compare: '100,000 spans from a file to table, JSON and HTML: time and peak memory',
  statistics: 'how often a comparison errs: 1,000 simulated ones of each kind with a known truth',
};

const HELP = `Benchmarks, each in a process of its own.

  npm run bench             all of them, one after the other
  npm run bench -- NAME...  some of them

${Object.entries(BENCHMARKS)
  .map(([name, what]) => `  ${name.padEnd(16)}${what}`)
  .join('\n')}
`;

async function main(): Promise<number> {
  const { values, positionals } = parseCommandLine(
    process.argv.slice(2),
    { help: { type: 'boolean', short: 'h' } },
    true,
  );
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  for (const name of positionals) {
    if (!Object.hasOwn(BENCHMARKS, name)) {
      throw new UsageError(
        `no benchmark ${JSON.stringify(name)}; allowed: ${Object.keys(BENCHMARKS).join(', ')}`,
      );
    }
  }
  for (const name of positionals.length > 0 ? positionals : Object.keys(BENCHMARKS)) {
    process.stdout.write(`${name}: ${BENCHMARKS[name]}\n`);
    const run = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`)], {
      stdio: 'inherit',
    });
    const [code] = await once(run, 'exit');
    if (code !== 0) return 1;
  }
  return 0;
}

await runTool('bench', main);
