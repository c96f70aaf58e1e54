import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../../local/platforms/environment.ts';
import { copiedFiles, copyPackages, imageBytes } from '../image-files.ts';
import type { Row } from '../row.ts';

const MOST_MB = 8;

/** Bytes do not vary: one round says all. */
export const row: Row = {
  rounds: { quick: 1, full: 1 },
  async open() {
    const dockerfile = readFileSync(join(REPOSITORY, 'Dockerfile'), 'utf8');
    const packages = await mkdtemp(join(tmpdir(), 'bench-image-'));
    copyPackages(REPOSITORY, packages, dockerfile);
    const programs = ['loadgen', 'client', 'server'];
    const variants = programs.map((program) => {
      const copied = copiedFiles(dockerfile, program);
      const run = () => {
        const megabytes = imageBytes(copied, { root: REPOSITORY, packages }) / 1e6;
        return { metrics: { megabytes }, answer: copied.length };
      };
      return [program, { run }] as const;
    });
    return {
      variants: Object.fromEntries(variants),
      figures: programs.map((program) => ({
        variant: `${program}: unpacked, over Node and the base`,
        ours: program,
        other: MOST_MB,
        metric: 'megabytes',
        unit: 'MB',
        goal: { of: 'ours', atMost: MOST_MB },
      })),
      check: (answer) => (Number(answer) > 0 ? undefined : 'the image copies nothing'),
      close: () => rm(packages, { recursive: true, force: true }),
    };
  },
};
