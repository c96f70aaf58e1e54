import { diagnoseFile } from '../diagnose-file.ts';
import { openFileVariants, sizesFor } from '../file-variants.ts';
import type { Row } from '../row.ts';

export const row: Row = {
  rounds: { quick: 1, full: 3 },
  open: ({ quick }) => openFileVariants(sizesFor(quick), { read: diagnoseFile, atMost: 2 }),
};
