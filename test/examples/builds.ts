import { cpSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../rules/sources.ts';
import { built, EXAMPLES } from './toolchains.ts';

const PROTO = 'proto/shakesapp.proto';
const REQUIREMENTS = 'test/examples/requirements.txt';

/** Both write code for Go: for the messages, and for the service. */
const GO_PLUGINS = [
  'google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12',
  'google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2',
] as const;

const sourcesIn = (folder: string): string[] =>
  globSync(`test/examples/${folder}/**/*`, { cwd: ROOT }).filter((path) => /\.\w+$/.test(path));

/** The folder with the Python packages; it is PYTHONPATH. */
export const buildPythonPackages = (): Promise<string> =>
  built('python', [REQUIREMENTS], async (folder, step) => {
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
    const from = ['--requirement', join(ROOT, REQUIREMENTS), '--target', folder];
    await step('python3', ['-m', 'pip', 'install', ...quiet, ...from]);
  });

const protoc = (...args: readonly string[]) =>
  ['-m', 'grpc_tools.protoc', `-I${join(ROOT, 'proto')}`, ...args, join(ROOT, PROTO)] as const;

/** The command that starts the server in Python. */
export async function buildPythonServer(): Promise<string> {
  const packages = await buildPythonPackages();
  const inputs = [PROTO, REQUIREMENTS, ...sourcesIn('server-python')];
  const folder = await built('server-python', inputs, async (folder, step) => {
    cpSync(join(EXAMPLES, 'server-python'), folder, { recursive: true });
    const env = { PYTHONPATH: packages };
    await step('python3', protoc('--python_out=.', '--grpc_python_out=.'), env);
  });
  return `PYTHONPATH=${packages} exec python3 ${join(folder, 'server.py')}`;
}

/** The command that starts the server in Go; its proto is compiled by Python's protoc. */
export async function buildGoServer(): Promise<string> {
  const packages = await buildPythonPackages();
  const inputs = [PROTO, ...sourcesIn('server-go')];
  const folder = await built('server-go', inputs, async (folder, step) => {
    cpSync(join(EXAMPLES, 'server-go'), folder, { recursive: true });
    for (const plugin of GO_PLUGINS) await step('go', ['install', plugin], { GOBIN: folder });
    const plugins = ['protoc-gen-go', 'protoc-gen-go-grpc'].map(
      (name) => `--plugin=${join(folder, name)}`,
    );
    await step('python3', protoc(...plugins, '--go_out=.', '--go-grpc_out=.'), {
      PYTHONPATH: packages,
    });
    await step('go', ['build', '-o', 'server', '.']);
  });
  return `exec ${join(folder, 'server')}`;
}

/** The program that reads Storage in Go. */
export async function buildGoStorageClient(): Promise<readonly string[]> {
  const source = 'storage-clients/go';
  const folder = await built('storage-go', sourcesIn(source), async (folder, step) => {
    cpSync(join(EXAMPLES, source), folder, { recursive: true });
    await step('go', ['build', '-o', 'client', '.']);
  });
  return [join(folder, 'client')];
}

export async function buildJavaStorageClient(): Promise<readonly string[]> {
  const source = 'storage-clients/java';
  const folder = await built('storage-java', sourcesIn(source), async (folder, step) => {
    cpSync(join(EXAMPLES, source), folder, { recursive: true });
    const jars = ['dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'jars')}`];
    await step('mvn', ['--quiet', '--batch-mode', ...jars]);
    await step('javac', ['-encoding', 'UTF-8', '-cp', 'jars/*', '-d', '.', 'Client.java']);
  });
  return ['java', '-cp', `${join(folder, 'jars')}/*:${folder}`, 'Client'];
}
