import type { ProgramName } from './platform.ts';
import type { Program } from './program.ts';
import { isAddress, type Replacement, renderReplacement } from './replacement.ts';

/** Why a container did not get ready: with what a command wrote last, which is its own reason. */
export function explainFailure(
  text: string,
  container: Readonly<{ program: Program; replacement?: Replacement | undefined }>,
): Error {
  const { program, replacement } = container;
  if (replacement === undefined) return new Error(text);
  if (isAddress(replacement)) {
    const where = renderReplacement(replacement);
    return new Error(`${text}: nothing at ${where} passes the health check`);
  }
  const lines = program.lastLines().map((line) => `\n  ${line}`);
  const wrote = lines.length === 0 ? 'it wrote nothing' : `it wrote last:${lines.join('')}`;
  return new Error(`${text}; ${wrote}`);
}

/** The same, with the flag that asked for the program. */
export const namedFailure = (name: ProgramName, replacement: Replacement, cause: Error): Error =>
  new Error(`--replace ${name}=${renderReplacement(replacement)}: ${cause.message}`, { cause });
