import { Command, CommanderError, Option } from '@commander-js/extra-typings';
import { UsageError } from './command-line.ts';
import { type BenchFlags, benchCommand } from './commands/bench.ts';
import { type CompareFlags, compareCommand } from './commands/compare.ts';
import { type ConformanceFlags, conformanceCommand } from './commands/conformance.ts';
import { type DoctorFlags, doctorCommand } from './commands/doctor.ts';
import {
  LOAD_AFTER,
  LOAD_DESCRIPTION,
  LOAD_SUMMARY,
  type LoadFlags,
  loadCommands,
  type Verb,
} from './commands/load.ts';
import { PREFLIGHT, type PreflightFlags, preflightCommand } from './commands/preflight.ts';
import { type QueriesFlags, queriesCommand } from './commands/queries.ts';
import { type UpFlags, upCommand } from './commands/up.ts';
import { explain, refuseMissingValue } from './explain-usage.ts';
import { isRepeatable } from './flags.ts';
import { refuseFlagsTakenByNpm } from './npm-flags.ts';

/** What a command line asks for, each flag with its type. */
export type Invocation =
  | Readonly<{ command: 'up'; flags: UpFlags }>
  | Readonly<{ command: 'compare'; flags: CompareFlags }>
  | Readonly<{ command: 'doctor'; flags: DoctorFlags }>
  | Readonly<{ command: 'preflight'; flags: PreflightFlags }>
  | Readonly<{ command: 'load'; flags: LoadFlags }>
  | Readonly<{ command: 'queries'; flags: QueriesFlags }>
  | Readonly<{ command: 'conformance'; flags: ConformanceFlags }>
  | Readonly<{ command: 'bench'; flags: BenchFlags }>
  | Readonly<{ command: 'help'; text: string }>;

type Given = (invocation: Invocation) => void;

function createProgram(given: Given, readable: string | null) {
  const program = new Command('npx shakesapp')
    .description('Distributed tracing across Cloud Run, gRPC and GKE: run it, load it, compare it.')
    .addCommand(upCommand().action((flags) => given({ command: 'up', flags })))
    .addCommand(compareCommand(readable).action((flags) => given({ command: 'compare', flags })))
    .addCommand(doctorCommand(readable).action((flags) => given({ command: 'doctor', flags })))
    .addCommand(
      preflightCommand().action((flags) => given({ command: 'preflight', flags })),
      {
        hidden: true,
      },
    )
    .addCommand(createLoad(given))
    .addCommand(queriesCommand().action((flags) => given({ command: 'queries', flags })))
    .addCommand(conformanceCommand().action((flags) => given({ command: 'conformance', flags })))
    .addCommand(
      benchCommand().action((names, flags) =>
        given({ command: 'bench', flags: { ...flags, names } }),
      ),
    );
  return program;
}

function createLoad(given: Given) {
  const load = new Command('load')
    .summary(LOAD_SUMMARY)
    .description(LOAD_DESCRIPTION)
    .addHelpText('after', LOAD_AFTER);
  for (const [verb, command] of Object.entries(loadCommands())) {
    command.action((flags) =>
      given({ command: 'load', flags: { verb: verb as Verb, ...flags } as LoadFlags }),
    );
    load.addCommand(command as Command);
  }
  return load;
}

/** The same in every command. Its output is collected; the caller prints it. */
function prepare(command: Command, write: (text: string) => void): void {
  command
    .exitOverride()
    .addHelpOption(new Option('-h, --help', 'print this help').helpGroup('Help:'))
    .helpCommand(false)
    .configureOutput({ writeOut: write, writeErr: () => {} });
  for (const each of command.commands) prepare(each as Command, write);
}

/** A later value would silently take the place of the first. Looked at once help is not asked for. */
function watchRepeats(command: Command, repeated: Set<string>): void {
  for (const each of command.commands) watchRepeats(each as Command, repeated);
  for (const option of command.options) {
    if ((!option.required && !option.optional) || isRepeatable(option)) continue;
    let isGiven = false;
    command.on(`option:${option.name()}`, () => {
      if (isGiven) repeated.add(option.long ?? option.flags);
      isGiven = true;
    });
  }
}

/** `doctor --preflight` has its own flags. */
const withPreflight = ([first, ...rest]: readonly string[]): readonly string[] =>
  first === 'doctor' && rest.includes('--preflight')
    ? [PREFLIGHT, ...rest.filter((word) => word !== '--preflight')]
    : [first, ...rest].filter((word) => word !== undefined);

/** The command that the first words name, and these words. */
function findCommand(program: Command, argv: readonly string[]) {
  let command = program;
  const path: string[] = [];
  for (const word of argv) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    command = next as Command;
    path.push(word);
  }
  return { command, path };
}

/**
 * Reads command lines without loading anything that the commands need. `version` answers
 * `--version`; `readable` names the trace formats in the help of `--from`.
 */
export function createCommandLine(version: string, readable: string | null = null) {
  let invocation: Invocation | undefined;
  let text = '';
  const program = createProgram((asked) => {
    invocation = asked;
  }, readable);
  program.version(version, '-V, --version', 'print the version');
  prepare(program as Command, (more) => {
    text += more;
  });
  const repeated = new Set<string>();
  watchRepeats(program as Command, repeated);
  const find = (words: readonly string[]) => findCommand(program as Command, words);
  return {
    /** `compare`, `load pause`, `doctor --preflight`; empty where the words name no command. */
    nameOf: (argv: readonly string[]): string => find(withPreflight(argv)).path.join(' '),
    /** Throws UsageError. */
    read(argv: readonly string[], env: NodeJS.ProcessEnv): Invocation {
      const words = withPreflight(argv);
      const { command, path } = find(words);
      refuseFlagsTakenByNpm(env, command, path);
      try {
        refuseMissingValue(command, words.slice(path.length));
        program.parse(words, { from: 'user' });
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        if (error.exitCode === 0) return { command: 'help', text };
        throw new UsageError(explain(error, command), { cause: error });
      }
      if (invocation === undefined) throw new UsageError('no command');
      for (const flag of repeated) throw new UsageError(`${flag} takes one value; give it once`);
      return invocation;
    },
  };
}
