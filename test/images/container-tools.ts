import { accessSync, constants } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Output, runCommand } from './run-command.ts';

const NEEDED = ['podman', 'runc', 'apt-get', 'dpkg-deb'] as const;

/**
 * Why no image can be built here, or false. Under CI, where .ci/run installs what is missing, a
 * missing program is an error on every machine that could have it.
 */
export function reasonToSkip(): string | false {
  const missing = NEEDED.filter((program) => !isOnPath(program));
  if (missing.length > 0) {
    const reason = `not installed: ${missing.join(', ')} (Debian: apt-get install podman runc)`;
    if (process.env.CI !== 'true' || !isOnPath('apt-get')) return reason;
    throw new Error(`${reason}; under CI it has to be there`);
  }
  return process.getuid?.() !== 0 && "not root, and containers with root's network need it";
}

export function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export type ContainerTools = Readonly<{
  podman(args: readonly string[], options?: { cwd?: string; timeoutMs?: number }): Promise<Output>;
  /** podman's own arguments: its storage is a folder of ours, and goes with close(). */
  podmanArguments: readonly string[];
  /** Its PATH has a command `docker` that does with podman what the real one does. */
  env: NodeJS.ProcessEnv;
  /** What npm in a container is given of this machine. */
  npmVolumes: readonly string[];
  close(): Promise<void>;
}>;

/** podman with separate storage, which finds every registry of the world at one local port. */
export async function openContainerTools(registryPort: number): Promise<ContainerTools> {
  const folder = await mkdtemp(join(tmpdir(), 'shakesapp-containers-'));
  const podmanArguments = [
    ...['--root', join(folder, 'storage'), '--runroot', join(folder, 'run')],
    ...['--tmpdir', join(folder, 'tmp'), '--storage-driver', 'overlay'],
    ...['--runtime', 'runc', '--cgroup-manager', 'cgroupfs', '--events-backend', 'none'],
  ];
  const registries = join(folder, 'registries.conf');
  await writeFile(registries, renderRegistries(registryPort));
  const containers = join(folder, 'containers.conf');
  await writeFile(containers, CONTAINERS);
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    CONTAINERS_CONF: containers,
    CONTAINERS_REGISTRIES_CONF: registries,
    BUILDAH_ISOLATION: 'chroot',
    // podman's own downloads and layers under way
    TMPDIR: folder,
  };
  const binFolder = join(folder, 'bin');
  await mkdir(binFolder);
  const docker = join(binFolder, 'docker');
  const npmVolumes = await writeNpmConfiguration(folder);
  await writeFile(docker, renderDocker(podmanArguments, npmVolumes));
  await chmod(docker, 0o755);
  const podman: ContainerTools['podman'] = (args, options) =>
    runCommand('podman', [...podmanArguments, ...args], { ...options, env });
  return {
    podman,
    podmanArguments,
    env: { ...env, PATH: `${binFolder}${delimiter}${process.env.PATH}` },
    npmVolumes,
    async close() {
      await podman(['rm', '--all', '--force', '--time', '0']);
      // storage has separate mounts, which a plain rm would meet
      await podman(['system', 'reset', '--force']).catch(() => {});
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** podman would raise these limits to its own defaults, which not every machine lets root do. */
const CONTAINERS = `[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
http_proxy = false
`;

const HOSTS = ['docker.io', 'gcr.io', 'us-central1-docker.pkg.dev'];

const renderRegistries = (port: number) =>
  [
    'unqualified-search-registries = []',
    ...HOSTS.map(
      (host) =>
        `[[registry]]\nprefix = "${host}"\nlocation = "127.0.0.1:${port}/${host}"\ninsecure = true`,
    ),
  ].join('\n');

/** What npm finds of this machine in a build: the certificates that it trusts, and its cache. */
async function writeNpmConfiguration(folder: string): Promise<readonly string[]> {
  const cache = (await runCommand('npm', ['config', 'get', 'cache'])).stdout.trim();
  const npmrc = join(folder, 'npmrc');
  const certificates = '/etc/ssl/certs/ca-certificates.crt';
  await writeFile(
    npmrc,
    ['cache=/npm-cache', 'prefer-offline=true', `cafile=${certificates}`].join('\n'),
  );
  return [
    `${cache || join(homedir(), '.npm')}:/npm-cache`,
    `${npmrc}:/root/.npmrc:ro`,
    `${certificates}:${certificates}:ro`,
  ];
}

/** The same arguments, but a build gets the network and the npm cache of this machine. */
function renderDocker(podmanArguments: readonly string[], volumes: readonly string[]): string {
  const mounts = volumes.map((volume) => `--volume '${volume}'`).join(' ');
  return `#!/bin/sh
set -e
verb="$1"; shift
[ "$verb" = build ] && set -- --network host ${mounts} "$@"
exec podman ${podmanArguments.join(' ')} "$verb" "$@"
`;
}
