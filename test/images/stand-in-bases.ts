import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { downloadPackages, unpackPackages } from './debian-packages.ts';
import { digestOf, type Registry } from './registry.ts';
import { runCommand } from './run-command.ts';

/**
 * Stand-ins for the two images that the Dockerfile builds on, put into the registry under their
 * real names: no public registry is needed. Both are made as distroless makes its own, by unpacking
 * Debian's packages, and hold the Node and npm of this machine.
 */
export async function pushStandInBases(
  registry: Registry,
  names: Readonly<{ node: string; base: string }>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'shakesapp-bases-'));
  try {
    const packages = join(folder, 'packages');
    await mkdir(packages);
    await downloadPackages(packages, [...CC, ...SHELL]);
    const base = join(folder, 'base');
    await unpackPackages(packages, CC, base);
    await completeBase(base);
    pushImage(registry, names.base, await packLayer(base), {
      level: 6,
      config: { User: '65532' },
    });

    const node = join(folder, 'node');
    await unpackPackages(packages, [...CC, ...SHELL], node);
    await completeBase(node);
    await addNode(node);
    pushImage(registry, names.node, await packLayer(node), {
      // nothing of it is measured, and it is large
      level: 1,
      config: { Cmd: ['node'] },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What gcr.io/distroless/cc-debian13 consists of. First what makes /bin and /lib links. */
const CC = [
  ...['base-files', 'ca-certificates', 'netbase', 'tzdata'],
  ...['libc6', 'libgcc-s1', 'libgomp1', 'libssl3t64', 'libstdc++6', 'libzstd1', 'zlib1g'],
];

/** What the steps that run in the Node image call, and the library that its Node needs. */
const SHELL = [
  'libatomic1',
  ...['bash', 'coreutils', 'dash', 'findutils', 'grep', 'sed'],
  ...['libacl1', 'libattr1', 'libgmp10', 'libpcre2-8-0', 'libselinux1', 'libtinfo6'],
];

/** What the packages' own scripts would write. */
async function completeBase(root: string): Promise<void> {
  const certificates = join(root, 'usr/share/ca-certificates/mozilla');
  const files = (await readdir(certificates)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(certificates, file), 'utf8')));
  await mkdir(join(root, 'etc/ssl/certs'), { recursive: true });
  await writeFile(join(root, 'etc/ssl/certs/ca-certificates.crt'), texts.join(''));
  const user = (name: string, id: number, home: string) => `${name}:x:${id}:${id}:${name}:${home}:`;
  await writeFile(
    join(root, 'etc/passwd'),
    `${user('root', 0, '/root')}\n${user('nonroot', 65532, '/home/nonroot')}\n`,
  );
  await writeFile(join(root, 'etc/group'), 'root:x:0:\nnonroot:x:65532:\n');
  await mkdir(join(root, 'home/nonroot'), { recursive: true });
  for (const handbook of ['doc', 'man', 'info', 'locale']) {
    await rm(join(root, 'usr/share', handbook), { recursive: true, force: true });
  }
}

async function addNode(root: string): Promise<void> {
  const local = join(root, 'usr/local');
  await mkdir(join(local, 'bin'), { recursive: true });
  await cp(process.execPath, join(local, 'bin/node'), { dereference: true });
  // `npm` is a link to bin/npm-cli.js of its package.
  const cli = (await runCommand('sh', ['-c', 'realpath "$(command -v npm)"'])).stdout.trim();
  await cp(dirname(dirname(cli)), join(local, 'lib/node_modules/npm'), {
    recursive: true,
    dereference: true,
  });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'));
}

/** The same folder gives the same bytes, whoever packs it and when. */
async function packLayer(root: string): Promise<Buffer> {
  const tar = `${root}.tar`;
  const owner = ['--owner=0', '--group=0', '--numeric-owner'];
  await runCommand('tar', ['--sort=name', '--mtime=@0', ...owner, '-C', root, '-cf', tar, '.']);
  return readFile(tar);
}

function pushImage(
  registry: Registry,
  reference: string,
  tar: Buffer,
  options: Readonly<{ level: number; config: Readonly<Record<string, unknown>> }>,
): void {
  const { level, config } = options;
  const layer = gzipSync(tar, { level });
  const configBytes = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        ...config,
      },
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
      history: [{ created_by: 'stand-in' }],
    }),
  );
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: registry.putBlob(configBytes),
      size: configBytes.length,
    },
    layers: [
      {
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        digest: registry.putBlob(layer),
        size: layer.length,
      },
    ],
  };
  const colon = reference.lastIndexOf(':');
  registry.putManifest(reference.slice(0, colon), reference.slice(colon + 1), {
    mediaType,
    bytes: Buffer.from(JSON.stringify(manifest)),
  });
}
