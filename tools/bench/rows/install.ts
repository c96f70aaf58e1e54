/** `npm ci` into an empty folder, from npm's cache where it has a package. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatBytes } from '../../cli/result-file.ts';
import { REPOSITORY } from '../../local/platforms/environment.ts';
import { packageSizes } from '../folder-size.ts';
import type { Row, Sample } from '../row.ts';

const SHOWN = 8;
const FILES = ['package.json', 'package-lock.json', '.npmrc'];
const WAYS = {
  all: [],
  'production only': ['--omit=dev', '--ignore-scripts'],
} as const;

export const row: Row = {
  rounds: { quick: 1, full: 3 },
  open: () => ({
    variants: Object.fromEntries(
      Object.entries(WAYS).map(([name, flags]) => [name, { run: () => install(name, flags) }]),
    ),
    figures: Object.keys(WAYS).flatMap((name) =>
      [
        { metric: 'seconds', unit: 's' },
        { metric: 'packages', unit: 'packages' },
        { metric: 'megabytes', unit: 'MB' },
      ].map((figure) => ({
        ...figure,
        variant: `npm ci, ${name}`,
        ours: name,
        other: null,
        goal: null,
      })),
    ),
    check: (answer) => (answer === null ? undefined : String(answer)),
  }),
};

const said = new Set<string>();

async function install(name: string, flags: readonly string[]): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-install-'));
  try {
    const present = new Set(await readdir(REPOSITORY));
    for (const file of FILES.filter((each) => present.has(each))) {
      await copyFile(join(REPOSITORY, file), join(folder, file));
    }
    const startMs = performance.now();
    const args = ['ci', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
    const npm = spawn('npm', [...args, ...flags], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code] = await once(npm, 'close');
    const seconds = (performance.now() - startMs) / 1_000;
    const sizes = packageSizes(join(folder, 'node_modules'));
    if (!said.has(name)) {
      said.add(name);
      const heaviest = sizes.slice(0, SHOWN);
      const each = heaviest.map((size) => `${size.name} ${formatBytes(size.bytes)}`);
      process.stderr.write(`${name}, heaviest: ${each.join(', ')}\n`);
    }
    const megabytes = sizes.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
    const answer = code === 0 ? null : `npm ended with ${code}`;
    return { metrics: { seconds, packages: sizes.length, megabytes }, answer };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
