import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DeadlineError, endsWithin, within } from '../../../../../lib/telemetry/deadline.ts';
import { childEnvironment } from '../../../../run-to-end.ts';
import { findPython, installPackages } from './python-packages.ts';

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

const START_TIMEOUT_MS = 120_000;

export type Emulator = Readonly<{ host: string; close(): Promise<void> }>;

/** `host`: what BIGQUERY_EMULATOR_HOST has to be. Its data are in memory and end with it. */
export async function startEmulator(): Promise<Emulator> {
  const python = findPython() ?? 'python3';
  const folder = await installPackages(python, PACKAGES, PLACE_EXTENSION);
  const ports = ['--rest-port', '0', '--grpc-port', '0'];
  const log = ['--log-format', 'json', '--log-level', 'info'];
  const child = spawn(python, ['-m', 'bqemulator', 'start', ...ports, ...log], {
    env: childEnvironment({ PYTHONPATH: join(folder, 'site'), HOME: join(folder, 'home') }),
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
