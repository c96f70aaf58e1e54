import assert from 'node:assert/strict';
import { createCommandLine, type Invocation } from '../../../tools/cli/read-command-line.ts';

type FlagsOf<C> = Extract<Invocation, { command: C; flags: unknown }>['flags'];

/** The flags of a command line, for what the tools make of them; `doctor --preflight` is `preflight`. */
export function flagsOf<C extends Invocation['command']>(
  command: C,
  ...argv: readonly string[]
): FlagsOf<C> {
  const words = command === 'preflight' ? ['doctor', '--preflight'] : [command];
  const invocation = createCommandLine('0').read([...words, ...argv], {});
  assert.ok(invocation.command === command && 'flags' in invocation);
  return invocation.flags as FlagsOf<C>;
}
