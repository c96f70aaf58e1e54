import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPrograms as bundlePrograms } from '../../image/bundle.ts';
import { bakeCaches } from '../../image/code-cache.ts';
import { builtArguments, type ProgramName } from '../../image/programs.ts';

export type BuiltPrograms = Readonly<{
  folder: string;
  /** How an image starts a program: arguments to node, variables, and the folder to start it in. */
  command(name: ProgramName): Readonly<{ args: readonly string[]; env: Env; cwd: string }>;
  remove(): Promise<void>;
}>;

type Env = Readonly<Record<string, string>>;

/** What the images run, in a folder, with the code caches. */
export async function buildPrograms(): Promise<BuiltPrograms> {
  const folder = await mkdtemp(join(tmpdir(), 'shakesapp-built-'));
  await bundlePrograms(folder);
  await bakeCaches(folder);
  return {
    folder,
    command: (name) => ({
      args: builtArguments(name),
      // The cache is for node without options.
      env: { NODE_OPTIONS: '' },
      cwd: folder,
    }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
