import { Argument, Command, Option } from '@commander-js/extra-typings';
import { jsonFlag } from '../flags.ts';

/** `quick`: also in --quick. `full`: in a run without names. `named`: only by name. */
type When = 'quick' | 'full' | 'named';

/** Each is a file of tools/bench/rows, in the order in which they run: the slow ones last. */
export const BENCHMARKS = {
  search: {
    when: 'quick',
    compares: "one query over 5 MB, against the codelab's way and a bare scan",
  },
  path: {
    when: 'quick',
    compares: 'an untraced request, search left out, against bare RPC servers',
  },
  'per-request': {
    when: 'quick',
    compares: 'a query that downloads the works, against bare downloads',
  },
  flush: {
    when: 'quick',
    compares: 'what before-response adds, against its bound and a round trip',
  },
  pacer: {
    when: 'quick',
    compares: 'start of 500 requests/s, against the schedule and bare timers',
  },
  image: { when: 'quick', compares: 'bytes of an image over Node and its base, against a limit' },
  tracing: { when: 'quick', compares: 'a request at full load, against tracing off' },
  'tracing-memory': { when: 'quick', compares: 'peak memory at full load, against tracing off' },
  'cold-start': {
    when: 'quick',
    compares: 'a program as the images run it, against bare node -e 0',
  },
  once: { when: 'quick', compares: 'npm start -- --once, a refused flag, against limits' },
  compare: {
    when: 'quick',
    compares: 'the command over files of spans, against JSON.parse of them',
  },
  doctor: {
    when: 'quick',
    compares: 'the command over files of spans, against JSON.parse of them',
  },
  install: { when: 'full', compares: 'npm ci; it lists the largest packages' },
  size: { when: 'named', compares: 'compare and doctor over 10 million spans' },
  statistics: { when: 'named', compares: 'how often 1,000 simulated comparisons err' },
} as const satisfies Readonly<Record<string, Readonly<{ when: When; compares: string }>>>;

/** A run starts no benchmark later than this; on a quiet machine it has ended by then. */
export const START_WITHIN_MINUTES = { quick: 1.6, full: 35 } as const;

export type Benchmark = keyof typeof BENCHMARKS;

const NAMES = Object.keys(BENCHMARKS) as Benchmark[];

/** What runs without names. */
export const namesFor = (quick: boolean): readonly Benchmark[] => {
  const runs: readonly When[] = quick ? ['quick'] : ['quick', 'full'];
  return NAMES.filter((name) => runs.includes(BENCHMARKS[name].when));
};

const NOTES: Readonly<Record<When, string>> = {
  quick: '',
  full: ' (not in --quick)',
  named: ' (only by name)',
};

export const benchCommand = () =>
  new Command('bench')
    .summary('run the benchmarks')
    .description('Measures each part in turns with an alternative, or against a limit.')
    .addArgument(
      new Argument(
        '[benchmark...]',
        'benchmarks to run; without names, all but those that run only by name',
      ).choices(NAMES),
    )
    .addOption(
      new Option('--quick', 'fewer and smaller rounds, without install: at most 2 minutes'),
    )
    .addOption(new Option('--markdown', 'print the table as Markdown'))
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      `
Benchmarks, what each measures, and what it compares that with:
${NAMES.map((name) => `  ${name.padEnd(16)}${BENCHMARKS[name].compares}${NOTES[BENCHMARKS[name].when]}`).join('\n')}

Benchmarks come before --json, which takes a word after it as its file:
  npx shakesapp bench search --json

On a quiet machine with two cores, a run without names takes about 25 minutes,
and with --quick less than 2. On a busy one, no benchmark starts after ${START_WITHIN_MINUTES.full}
and ${START_WITHIN_MINUTES.quick} minutes, and the run lists what it left out. install needs npm's
registry, or npm's cache.

A ratio is the median of all rounds, with the lowest and the highest.
A wrong answer fails the run. Ctrl-C ends it, and prints what was measured until
then.
Exit code: 0 measured, whether or not a goal is met; 1 a failure; 2 bad usage.
`,
    );

export type BenchFlags = ReturnType<ReturnType<typeof benchCommand>['opts']> &
  Readonly<{ names: readonly Benchmark[] }>;
