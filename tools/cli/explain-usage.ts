import type { Command, CommanderError } from '@commander-js/extra-typings';
import { UsageError } from './command-line.ts';
import { PREFLIGHT } from './commands/preflight.ts';

/** The library's complaint in the words of this command line: what is wrong, and what is right. */
export function explain(error: CommanderError, command: Command): string {
  const [, named = ''] = /'([^']*)'/.exec(error.message) ?? [];
  const [, similar] = /\(Did you mean (.*)\?\)$/s.exec(error.message) ?? [];
  const meant = PREFLIGHT === `doctor --${named}` ? PREFLIGHT : similar;
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  switch (error.code) {
    case 'commander.unknownOption':
      return validElsewhere(named, command) ?? `unknown flag ${named}${hint}`;
    case 'commander.optionMissingArgument':
      return needsValue(named.split(' ')[0] ?? '');
    case 'commander.unknownCommand':
      return `unknown ${kindOf(command)} ${JSON.stringify(named)}${hint || `; expected one of ${namesOf(command)}`}`;
    case 'commander.help':
      return `missing ${kindOf(command)}; expected one of ${namesOf(command)}`;
    case 'commander.excessArguments':
      return `unknown argument ${JSON.stringify(command.args[0])}`;
    case 'commander.invalidArgument':
      return error.message.replace(
        /^.* value '(.*)' is invalid for argument '(.*)'\. Allowed choices are (.*)\.$/s,
        'unknown $2 "$1"; expected one of $3',
      );
    default:
      return error.message.replace(/^error: /, '');
  }
}

const needsValue = (flag: string) => `${flag} needs a value`;

const kindOf = (command: Command) => (command.parent === null ? 'command' : 'verb');

const namesOf = (command: Command) =>
  command
    .createHelp()
    .visibleCommands(command)
    .map((each) => each.name())
    .join(', ');

/** A flag of a command beside this one, such as `--wait` of `load run` in `load pause --wait`. */
function validElsewhere(flag: string, command: Command): string | undefined {
  const siblings = command.parent?.commands ?? [];
  const isVerb = (command.parent?.parent ?? null) !== null;
  const related = siblings.filter((each) =>
    isVerb ? each !== command : RELATED[command.name()] === each.name(),
  );
  const names = related
    .filter((each) => each.options.some(({ long }) => long === flag))
    .map((each) => each.name().replace(/^doctor /, ''));
  if (names.length === 0) return undefined;
  return command.name() === PREFLIGHT
    ? `${flag} is not valid with --preflight`
    : `${flag} is valid only with ${names.join(', ')}`;
}

/** The two that share a name on the command line. */
const RELATED: Readonly<Record<string, string>> = { doctor: PREFLIGHT, [PREFLIGHT]: 'doctor' };

/**
 * npm keeps some flags without a trace (`--access WORD`, `--local` as the beginning of its
 * local-address) or leaves their value behind (`--save FILE`): what to say where no flag came
 * through.
 */
export function npmHint(argv: readonly string[], env: NodeJS.ProcessEnv): string {
  const { npm_lifecycle_event: script, npm_command: by } = env;
  const isPlain = argv.every((word) => !word.startsWith('-'));
  if (script === undefined || by === 'exec' || !isPlain) return '';
  return `; if npm took a flag for itself, put a -- before the flags: ${npmCommand(script)} -- --flag …`;
}

/** How a person starts the script. */
export const npmCommand = (script: string): string =>
  script === 'start' ? 'npm start' : `npm run ${script}`;

/** The library takes whatever follows for the value, another flag too. */
export function refuseMissingValue(command: Command, words: readonly string[]): void {
  for (const [index, word] of words.entries()) {
    if (word === '--') return;
    const option = command.options.find(({ long, short }) => word === long || word === short);
    const next = words[index + 1];
    if (option?.required && next !== undefined && /^--[a-z]/.test(next)) {
      throw new UsageError(needsValue(word));
    }
  }
}
