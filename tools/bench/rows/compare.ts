import { compareFile } from '../compare-file.ts';
import { openFileVariants, sizesFor } from '../file-variants.ts';
import type { Row } from '../row.ts';

export const row: Row = {
  rounds: { quick: 1, full: 3 },
  open: ({ quick }) => openFileVariants(sizesFor(quick), { read: compareFile, atMost: 4 }),
};
