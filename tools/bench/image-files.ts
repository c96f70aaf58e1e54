/**
 * What an image holds over Node and its base, by the Dockerfile itself: its COPY lines, and its own
 * commands that remove what no program reads, run over a copy of the packages that ship.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sizeOf } from './folder-size.ts';

/** Where a COPY reads from, as a path in the repository or in the folder of packages. */
export type Copied = Readonly<{ stage: string; path: string }>;

/** Of the stage `program` and of the program's own; Node and its library are not counted. */
export function copiedFiles(dockerfile: string, program: string): readonly Copied[] {
  const stages = dockerfile.replaceAll(/\\\n/g, ' ').split(/^(?=FROM )/m);
  const wanted = stages.filter((stage) =>
    ['program', program].some((name) => new RegExp(`^FROM \\S+ AS ${name}$`, 'm').test(stage)),
  );
  if (wanted.length !== 2) throw new Error(`the Dockerfile has no stages program and ${program}`);
  return wanted.flatMap((stage) =>
    [...stage.matchAll(/^COPY --from=(\S+) (.+) \S+$/gm)].flatMap(([, from = '', paths = '']) =>
      paths
        .trim()
        .split(/ +/)
        .filter((path) => !path.startsWith('/usr/'))
        .map((path) => ({ stage: from, path: path.replace(/^\/app\//, '') })),
    ),
  );
}

/** The commands after `npm ci`, for a shell. */
export function removals(dockerfile: string): string {
  const [, found] = /^RUN npm ci [\s\S]*?&& (find [\s\S]*?)\n\n/m.exec(dockerfile) ?? [];
  if (found === undefined) throw new Error('the Dockerfile removes nothing after npm ci');
  return found;
}

/** A copy of the packages that ship, without what the Dockerfile removes. */
export function copyPackages(root: string, folder: string, dockerfile: string): void {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, Readonly<{ dev?: true; optional?: true }>>>;
  };
  const shipped = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && !dev);
  for (const [path] of shipped) {
    // The packages inside of it that ship are entries themselves.
    const nested = join(root, path, 'node_modules');
    cpSync(join(root, path), join(folder, path), {
      recursive: true,
      filter: (source) => source !== nested && dirname(source) !== nested,
    });
  }
  execFileSync('sh', ['-c', removals(dockerfile)], { cwd: folder });
}

export function imageBytes(
  copied: readonly Copied[],
  { root, packages }: { root: string; packages: string },
): number {
  return copied.reduce((sum, { stage, path }) => {
    if (stage === 'sources') return sum + sizeOf(join(root, path));
    if (stage === 'dependencies') return sum + sizeOf(join(packages, path));
    throw new Error(`what the stage ${stage} of the Dockerfile holds is not known here`);
  }, 0);
}
