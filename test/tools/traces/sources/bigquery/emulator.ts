import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { DeadlineError, endsWithin, within } from '../../../../../lib/telemetry/deadline.ts';
import { ROOT } from '../../../../rules/sources.ts';
import { childEnvironment, runToEnd } from '../../../../run-to-end.ts';

/**
 * BigQuery's REST API over DuckDB, a program that is not ours. The emulator takes any newer DuckDB, and
 * wants its extension `spatial` from DuckDB's own site; this DuckDB has it as a package.
 * https://pypi.org/project/bqemulator
 */
const PACKAGES = [
  'bqemulator==1.4.0',
  'duckdb==1.5.5',
  'duckdb-extension-spatial==1.5.5',
  'numpy==2.4.6',
] as const;
const FOLDER = join(ROOT, '.local/test-packages', PACKAGES.join('_').replaceAll('==', '-'));

/** Puts the extension where DuckDB looks for it: below the home folder, by version and platform. */
const PLACE_EXTENSION = `
import duckdb, pathlib, shutil, sys, duckdb_extension_spatial
platform = duckdb.sql('PRAGMA platform').fetchone()[0]
version = 'v' + duckdb.__version__
packaged = pathlib.Path(duckdb_extension_spatial.__file__).parent / 'extensions' / version
home = pathlib.Path(sys.argv[1]) / '.duckdb' / 'extensions' / version / platform
home.mkdir(parents=True)
shutil.copy(packaged / 'spatial.duckdb_extension', home)
`;

const INSTALL_TIMEOUT_MS = 600_000;
const START_TIMEOUT_MS = 120_000;

/** Why there is no emulator here, or false. Under CI, which has Python, that is an error. */
export function reasonToSkip(): string | false {
  if (findPython() !== undefined) return false;
  const reason = 'no Python 3.11 or newer with pip, which runs the emulator of BigQuery';
  if (process.env.CI === 'true') throw new Error(`${reason}; under CI it has to be there`);
  return reason;
}

function findPython(): string | undefined {
  const isNew = 'import sys, pip; sys.exit(sys.version_info < (3, 11))';
  return ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11'].find(
    (name) => spawnSync(name, ['-c', isNew], { stdio: 'ignore' }).status === 0,
  );
}

/** Once; a second one that installs at the same time comes to the same folder. */
async function install(python: string): Promise<void> {
  if (existsSync(FOLDER)) return;
  await mkdir(dirname(FOLDER), { recursive: true });
  const folder = await mkdtemp(join(dirname(FOLDER), 'installing-'));
  try {
    const run = async (...args: readonly string[]) => {
      const env = childEnvironment({ PYTHONPATH: join(folder, 'site') });
      const { code, stdout, stderr } = await runToEnd(python, args, {
        env,
        timeoutMs: INSTALL_TIMEOUT_MS,
      });
      if (code !== 0) throw new Error(`${python} ${args[0]} failed:\n${stdout}${stderr}`);
    };
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
    await run('-m', 'pip', 'install', ...quiet, '--target', join(folder, 'site'), ...PACKAGES);
    await run('-c', PLACE_EXTENSION, join(folder, 'home'));
    await rename(folder, FOLDER).catch((error) => {
      if (!existsSync(FOLDER)) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export type Emulator = Readonly<{ host: string; close(): Promise<void> }>;

/** `host`: what BIGQUERY_EMULATOR_HOST has to be. Its data are in memory and end with it. */
export async function startEmulator(): Promise<Emulator> {
  const python = findPython() ?? 'python3';
  await install(python);
  const ports = ['--rest-port', '0', '--grpc-port', '0'];
  const log = ['--log-format', 'json', '--log-level', 'info'];
  const child = spawn(python, ['-m', 'bqemulator', 'start', ...ports, ...log], {
    env: childEnvironment({ PYTHONPATH: join(FOLDER, 'site'), HOME: join(FOLDER, 'home') }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const close = async () => {
    child.kill('SIGTERM');
    if (!(await endsWithin(30_000, () => ended))) child.kill('SIGKILL');
    await ended;
  };
  const said: string[] = [];
  const port = new Promise<number>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        said.push(line);
        const [, found] = /"port": (\d+), "event": "rest\.listen"/.exec(line) ?? [];
        if (found !== undefined) resolve(Number(found));
      });
    }
    const tail = () => said.slice(-20).join('\n');
    ended.then(() => reject(new Error(`the emulator ended:\n${tail()}`)), reject);
  });
  try {
    const found = await within(START_TIMEOUT_MS, () => port, { late: 'no port of the emulator' });
    return { host: `http://127.0.0.1:${found}/bigquery/v2`, close };
  } catch (error) {
    await close();
    if (!(error instanceof DeadlineError)) throw error;
    throw new Error(`${error.message}:\n${said.slice(-20).join('\n')}`, { cause: error });
  }
}
