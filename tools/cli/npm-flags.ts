import { UsageError } from './command-line.ts';

/** What npm itself understands, and sets for reasons of its own. */
const OF_NPM = new Set(['json', 'save', 'verbose', 'help', 'prefix', 'access', 'tag']);

/**
 * `npm start --once` lacks the `--` before the tool's flags: npm takes each for a setting of its own,
 * puts it into the environment (`npm_config_once`) and starts the tool without it, so that
 * something else would run than was asked for. Throws UsageError with what to type.
 */
export function refuseFlagsTakenByNpm(
  env: NodeJS.ProcessEnv,
  flags: readonly string[],
  command: string,
): void {
  const taken = flags
    .filter((flag) => !OF_NPM.has(flag) && keyOf(flag) in env)
    .map((flag) => `--${flag}`);
  if (taken.length === 0) return;
  throw new UsageError(
    `npm took ${taken.join(', ')} for itself; flags come after a -- of their own: ` +
      `${command} -- ${taken.join(' ')} …`,
  );
}

/** `--no-x` is npm's `x` set to false. */
const keyOf = (flag: string) => `npm_config_${flag.replace(/^no-/, '').replaceAll('-', '_')}`;
