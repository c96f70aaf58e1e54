import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

/** The release that the Dockerfile's bases are made of. */
const RELEASE = 'trixie';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Downloads packages of the bases' Debian release into a folder, whatever release of Debian or
 * Ubuntu this machine runs: apt gets lists and a cache in that folder, and nothing is installed.
 */
export async function downloadPackages(folder: string, names: readonly string[]): Promise<void> {
  const state = join(folder, 'apt');
  await mkdir(join(state, 'lists/partial'), { recursive: true });
  await mkdir(join(state, 'cache/archives/partial'), { recursive: true });
  await writeFile(join(state, 'status'), '');
  const sources = join(state, 'sources.list');
  await writeFile(
    sources,
    `deb [signed-by=${KEYRING}] http://deb.debian.org/debian ${RELEASE} main\n`,
  );
  const settings = {
    'APT::Sandbox::User': 'root',
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(state, 'lists'),
    'Dir::State::status': join(state, 'status'),
    'Dir::Cache': join(state, 'cache'),
    'Acquire::Languages': 'none',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await runCommand('apt-get', ['update', '-qq', ...options], { cwd: folder });
  await runCommand('apt-get', ['download', '-qq', ...options, ...names], { cwd: folder });
}

/** Unpacks downloaded packages over each other, in the order given. */
export async function unpackPackages(
  folder: string,
  names: readonly string[],
  root: string,
): Promise<void> {
  await mkdir(root);
  const files = await readdir(folder);
  for (const name of names) {
    const file = files.find((one) => one.startsWith(`${name}_`));
    if (file === undefined) throw new Error(`apt-get downloaded no ${name}`);
    await runCommand('dpkg-deb', ['--extract', join(folder, file), root]);
  }
}
