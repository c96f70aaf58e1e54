import { openFileVariants, sizesFor } from '../file-variants.ts';
import type { Row } from '../row.ts';
import { COMMAND_LINE, runProcess } from '../run-process.ts';
import type { SpanFile } from '../span-files.ts';

const ALL_TRACES = '100000';

async function diagnoseFile({ file, traces, spans }: SpanFile) {
  const args = ['doctor', '--from', file, '--max-traces', ALL_TRACES, '--json'];
  const finished = await runProcess([COMMAND_LINE, ...args]);
  const found = JSON.parse(finished.stdout);
  if (found.traces !== traces || found.spans !== spans) {
    throw new Error(`${found.spans} spans of ${spans} were read`);
  }
  return finished;
}

export const row: Row = {
  rounds: { quick: 1, full: 3 },
  open: ({ quick }) => openFileVariants(sizesFor(quick), { read: diagnoseFile, atMost: 2 }),
};
