/** `npm ci` into an empty folder, from npm's cache where it has a package. */

import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatBytes } from '../../cli/result-file.ts';
import { REPOSITORY } from '../../local/platforms/environment.ts';
import { packageSizes } from '../folder-size.ts';
import type { Row, Sample } from '../row.ts';
import type { RunCommand } from '../run-command.ts';

const SHOWN = 8;
const FILES = ['package.json', 'package-lock.json', '.npmrc'];
const WAYS = {
  all: [],
  'production only': ['--omit=dev', '--ignore-scripts'],
} as const;

export const row: Row = {
  rounds: { quick: 1, full: 1 },
  open: ({ runCommand }) => ({
    variants: Object.fromEntries(
      Object.entries(WAYS).map(([name, flags]) => [
        name,
        { run: () => install(runCommand, name, flags) },
      ]),
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

async function install(
  runCommand: RunCommand,
  name: string,
  flags: readonly string[],
): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-install-'));
  try {
    const present = new Set(await readdir(REPOSITORY));
    for (const file of FILES.filter((each) => present.has(each))) {
      await copyFile(join(REPOSITORY, file), join(folder, file));
    }
    const args = ['ci', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
    const { code, stderr, wallMs } = await runCommand('npm', [...args, ...flags], { cwd: folder });
    if (code !== 0) return failed(`npm ended with ${code}: ${stderr.slice(-300)}`);
    const sizes = packageSizes(join(folder, 'node_modules'));
    if (!said.has(name)) {
      said.add(name);
      const heaviest = sizes.slice(0, SHOWN);
      const each = heaviest.map((size) => `${size.name} ${formatBytes(size.bytes)}`);
      process.stderr.write(`${name}, heaviest: ${each.join(', ')}\n`);
    }
    const installed = new Set(sizes.map((size) => size.name));
    const missing = (await readDependencies(flags.length > 0)).find((each) => !installed.has(each));
    if (missing !== undefined) return failed(`${missing} was not installed`);
    const megabytes = sizes.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
    const metrics = { seconds: wallMs / 1_000, packages: sizes.length, megabytes };
    return { metrics, answer: null };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const failed = (answer: string): Sample => ({ metrics: {}, answer });

/** What must be there afterwards: npm that installs nothing is fast. */
async function readDependencies(productionOnly: boolean): Promise<readonly string[]> {
  const manifest = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8'));
  return Object.keys({
    ...manifest.dependencies,
    ...(!productionOnly && manifest.devDependencies),
  });
}
