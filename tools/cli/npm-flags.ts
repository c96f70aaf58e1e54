import { readFileSync } from 'node:fs';
import type { Command } from '@commander-js/extra-typings';
import { UsageError } from './command-line.ts';
import { npmCommand } from './explain-usage.ts';

/** Always in the environment of a script, whether anybody asked for it or not. */
const ALWAYS_SET = new Set(['--prefix']);

/**
 * `npm start --once` lacks the `--` before the flags: npm takes each for its own setting, puts
 * it into the environment (`npm_config_once`) and starts the command without it, so that something
 * else would run than was asked for. Throws UsageError with what to type.
 */
export function refuseFlagsTakenByNpm(
  env: NodeJS.ProcessEnv,
  command: Command,
  path: readonly string[],
): void {
  // npx passes every flag on.
  if (env.npm_command === 'exec') return;
  const own = flagsOf(command);
  const taken = own.filter((flag) => isTaken(flag, env));
  const [first = '', ...verb] = path;
  const script = env.npm_lifecycle_event ?? (first === 'up' ? 'start' : first);
  if (taken.length === 0) {
    refuseFlagsOfOthers({ own, script }, env, command);
    return;
  }
  const typed = [npmCommand(script), '--', ...verb, ...taken].join(' ');
  throw new UsageError(
    `npm took ${taken.join(', ')} for itself; put a -- before the flags: ${typed} …`,
  );
}

/**
 * `npm start --tag v1` would run without a word, though only another command has such a flag. One
 * that no command has may be a setting in a person's environment, for an installer or a compiler.
 */
function refuseFlagsOfOthers(
  { own, script }: Readonly<{ own: readonly string[]; script: string }>,
  env: NodeJS.ProcessEnv,
  command: Command,
): void {
  const others = new Set(allCommands(rootOf(command)).flatMap(flagsOf));
  const foreign = [...others].filter((flag) => !own.includes(flag) && isTaken(flag, env));
  if (foreign.length === 0) return;
  throw new UsageError(
    `npm took ${foreign.join(', ')} for itself, and ${npmCommand(script)} has no such flag`,
  );
}

const flagsOf = (command: Command): readonly string[] =>
  command.options.map(({ long }) => long ?? '').filter((flag) => !ALWAYS_SET.has(flag));

const rootOf = (command: Command): Command =>
  command.parent === null ? command : rootOf(command.parent as Command);

const allCommands = (root: Command): readonly Command[] => [
  root,
  ...root.commands.flatMap((each) => allCommands(each as Command)),
];

function isTaken(flag: string, env: NodeJS.ProcessEnv): boolean {
  // npm's short form of a setting that the project sets too
  if (flag === '--verbose') {
    return env.npm_config_loglevel === 'verbose' && !isConfigured('loglevel', env);
  }
  // `--no-x` is npm's `x` set to false.
  return isSet(flag.replace(/^--(no-)?/, ''), env);
}

/** By a flag, as far as can be told. */
const isSet = (key: string, env: NodeJS.ProcessEnv): boolean =>
  `npm_config_${key.replaceAll('-', '_')}` in env && !isConfigured(key, env);

/** Whether it is a person's own setting of npm, which is in the environment of every script. */
function isConfigured(key: string, env: NodeJS.ProcessEnv): boolean {
  return [env.npm_config_userconfig, env.npm_config_globalconfig]
    .filter((file) => file !== undefined)
    .some((file) => settingsIn(file).includes(key));
}

function settingsIn(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split('=')[0]?.trim() ?? '');
  } catch {
    return [];
  }
}
