import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from './environment.ts';
import type { PlatformName, ProgramName } from './platform.ts';

export type EnvironmentFile = Readonly<{ path: string; remove(): Promise<void> }>;

/**
 * The variables of a program that somebody else starts, for a shell to read: `. FILE`. Where several
 * systems run from one checkout, the file is that of the last one.
 */
export async function writeEnvironmentFile(
  of: Readonly<{ platform: PlatformName | 'conformance'; program: ProgramName }>,
  variables: Readonly<Record<string, string>>,
  folder = join(REPOSITORY, '.local/environment'),
): Promise<EnvironmentFile> {
  const path = join(folder, `${of.platform}-${of.program}.env`);
  await mkdir(folder, { recursive: true });
  await writeFile(path, renderVariables(variables));
  return { path, remove: () => rm(path, { force: true }) };
}

/** Lines that any shell reads, values in single quotes. */
const renderVariables = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('');
