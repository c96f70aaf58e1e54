import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareFile } from '../compare-file.ts';
import { diagnoseFile } from '../diagnose-file.ts';
import { peakMemory } from '../file-variants.ts';
import type { Figure, Opened, Row, Sample, Variant } from '../row.ts';
import type { Finished } from '../run-process.ts';
import { type SpanFile, writeSpanFile } from '../span-files.ts';

/** Ten million spans are 6 GB of saved traces, which are there for as long as this runs. */
const SPANS = { quick: 100_000, full: 10_000_000 };

const READERS = { compare: compareFile, doctor: diagnoseFile } as const;

/** Far more spans than fit into memory: how long each command takes, and how much of it. */
export const row: Row = {
  rounds: { quick: 1, full: 1 },
  async open({ quick }): Promise<Opened> {
    const folder = await mkdtemp(join(tmpdir(), 'bench-size-'));
    const spans = SPANS[quick ? 'quick' : 'full'];
    const from = await writeSpanFile(join(folder, 'spans.json'), 'lines', spans);
    const variants: Record<string, Variant> = {};
    const figures: Figure[] = [];
    for (const [name, read] of Object.entries(READERS)) {
      const what = `${name}: ${spans.toLocaleString('en')} spans`;
      variants[name] = { run: async () => sampleOf(from, await read(from, folder)) };
      const of = { ours: name, other: null, goal: null };
      figures.push(
        { ...of, variant: `${what}, elapsed`, metric: 'wallSeconds', unit: 's' },
        { ...of, variant: `${what}, CPU of each 1,000`, metric: 'cpuMsOfThousand', unit: 'ms' },
        peakMemory(name, `${what}, peak memory`),
      );
    }
    return {
      variants,
      figures,
      check: (answer) => (answer === true ? undefined : 'other spans than the file holds'),
      close: () => rm(folder, { recursive: true, force: true }),
    };
  },
};

const sampleOf = ({ spans }: SpanFile, { usage }: Finished): Sample => ({
  metrics: {
    wallSeconds: usage.wallMs / 1_000,
    cpuMsOfThousand: (usage.cpuMs / spans) * 1_000,
    peakMb: usage.peakMb,
  },
  answer: true,
  peakMemoryMb: usage.peakMb,
});
