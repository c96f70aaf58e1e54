import type { ContainerTools } from './container-tools.ts';

export type ImageFile = Readonly<{
  path: string;
  bytes: number;
  /** Permissions alone, such as 0o644. */
  mode: number;
  /** By the image's user. */
  writable: boolean;
}>;

// Runs inside the image, as its user: there is no other program in it that could list files.
const LIST = `
const { accessSync, constants, readdirSync, lstatSync } = require('node:fs');
const files = [];
const isWritable = (path) => { try { accessSync(path, constants.W_OK); return true; } catch { return false; } };
const walk = (folder) => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = (folder === '/' ? '' : folder) + '/' + entry.name;
    if (['/proc', '/sys', '/dev', '/run', '/etc/hosts', '/etc/resolv.conf', '/etc/hostname'].includes(path)) continue;
    if (entry.isDirectory()) {
      if (isWritable(path)) files.push({ path: path + '/', bytes: 0, mode: lstatSync(path).mode & 0o7777, writable: true });
      try { walk(path); } catch (error) { if (error.code !== 'EACCES') throw error; }
    } else files.push({ path, bytes: lstatSync(path).size, mode: lstatSync(path).mode & 0o7777, writable: !entry.isSymbolicLink() && isWritable(path) });
  }
};
walk('/');
console.log(JSON.stringify(files));
`;

/** Every file of the image, and every folder that its user could write to. */
export async function listFiles(
  tools: ContainerTools,
  image: string,
): Promise<readonly ImageFile[]> {
  const { stdout } = await tools.podman([
    ...['run', '--rm', '--pull', 'never', '--network', 'host', '--log-driver', 'none'],
    ...['--cap-drop', 'all', '--entrypoint', 'node', image, '--eval', LIST],
  ]);
  return JSON.parse(stdout) as ImageFile[];
}

// Says of each script whether V8 took its cache.
const REPORT = `
import vm from 'node:vm';
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    const { filename } = options;
    console.log('CACHE ' + JSON.stringify({ filename, rejected: this.cachedDataRejected }));
  }
};
`;

/** What V8 says of the image's code cache as it starts with these arguments. */
export async function readCacheReport(
  tools: ContainerTools,
  image: string,
  args: readonly string[],
): Promise<readonly Readonly<{ filename: string; rejected?: boolean }>[]> {
  // The program refuses the empty environment, and ends.
  const start = `
const { spawnSync } = require('node:child_process');
const { stdout, stderr } = spawnSync(process.execPath, process.argv.slice(1));
console.log(String(stdout) + stderr);
`;
  const report = `data:text/javascript,${encodeURIComponent(REPORT)}`;
  const { stdout } = await tools.podman([
    ...['run', '--rm', '--pull', 'never', '--network', 'host', '--log-driver', 'none'],
    ...['--read-only', '--read-only-tmpfs=false', '--cap-drop', 'all'],
    ...['--entrypoint', 'node', image, '--eval', start, '--', '--import', report, ...args],
  ]);
  return [...stdout.matchAll(/^CACHE (.*)$/gm)].map(([, json = '']) => JSON.parse(json));
}

export type ImageConfig = Readonly<{
  User?: string;
  Env: readonly string[];
  Entrypoint: readonly string[];
  Cmd?: readonly string[];
  WorkingDir: string;
  Labels: Readonly<Record<string, string>>;
}>;
