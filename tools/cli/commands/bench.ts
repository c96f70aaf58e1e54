import { Argument, Command } from '@commander-js/extra-typings';
import { jsonFlag } from '../flags.ts';

/** Each is a file of tools/bench that prints its figures and sends them to its parent process. */
export const BENCHMARKS = {
  compare: '100,000 spans to table, JSON and HTML: time and peak memory',
  statistics: 'how often 1,000 simulated comparisons of each kind err',
} as const;

export type Benchmark = keyof typeof BENCHMARKS;

const NAMES = Object.keys(BENCHMARKS) as Benchmark[];

export const benchCommand = () =>
  new Command('bench')
    .summary('run the benchmarks')
    .description('Runs benchmarks, each in its own process, one after the other.')
    .addArgument(new Argument('[benchmark...]', 'which ones (default: all)').choices(NAMES))
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      `
Benchmarks:
${NAMES.map((name) => `  ${name.padEnd(12)}${BENCHMARKS[name]}`).join('\n')}

Benchmarks come before --json, which takes a word after it as its file:
  npx shakesapp bench compare --json

Exit code: 0 measured; 1 a failure; 2 bad usage.
`,
    );

export type BenchFlags = ReturnType<ReturnType<typeof benchCommand>['opts']> &
  Readonly<{ names: readonly Benchmark[] }>;
