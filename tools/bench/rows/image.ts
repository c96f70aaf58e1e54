import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyLicences } from '../../image/licences.ts';
import { REPOSITORY } from '../../local/platforms/environment.ts';
import { sizeOf } from '../folder-size.ts';
import { copiedFiles } from '../image-files.ts';
import type { Row } from '../row.ts';

const MOST_MB = 8;
/** What the Dockerfile copies beside what it builds. */
const COPIED_AS_THEY_ARE = ['package.json', 'LICENSE', 'THIRD_PARTY_LICENSES.md'];

/** A program with its packages and its code cache has more; the build has sent requests through it. */
const LEAST_PROGRAM_BYTES = 1_000_000;

/** Bytes do not vary: one round says all. */
export const row: Row = {
  rounds: { quick: 1, full: 1 },
  async open({ buildPrograms }) {
    const dockerfile = readFileSync(join(REPOSITORY, 'Dockerfile'), 'utf8');
    const built = await buildPrograms();
    copyLicences(built.folder);
    for (const file of COPIED_AS_THEY_ARE) {
      copyFileSync(join(REPOSITORY, file), join(built.folder, file));
    }
    const programs = ['loadgen', 'client', 'server'] as const;
    const variants = programs.map((program) => {
      const copied = copiedFiles(dockerfile, program);
      const run = () => {
        const bytes = copied.reduce((sum, path) => sum + sizeOf(join(built.folder, path)), 0);
        const entry = built.command(program).args.at(-1) ?? '';
        const isThere = existsSync(join(built.folder, entry));
        const isComplete = sizeOf(join(built.folder, program)) >= LEAST_PROGRAM_BYTES;
        const answer = isThere && isComplete ? null : `${program} is not complete`;
        return { metrics: { megabytes: bytes / 1e6 }, answer };
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
      check: (answer) => (answer === null ? undefined : String(answer)),
      close: built.remove,
    };
  },
};
