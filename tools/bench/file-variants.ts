import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure, Opened, Sample, Variant } from './row.ts';
import { type Finished, runProcess } from './run-process.ts';
import { type SpanFile, writeSpanFile } from './span-files.ts';

const PARSE = join(import.meta.dirname, 'parse-json.mjs');

/** From here on a goal holds: with fewer spans most of the time is that of any start. */
const LEAST_FOR_GOAL = 100_000;
const MOST_MB = 512;
/** Ten times the spans in hardly more memory. */
const FLAT = 1.1;

export type FileReader = Readonly<{
  /** Runs the command over the file. Throws where its result is not complete. */
  read(from: SpanFile, folder: string): Promise<Finished>;
  /** CPU against JSON.parse. */
  atMost: number;
}>;

/** A command over files of spans against JSON.parse of the same bytes, each in a process. */
export async function openFileVariants(
  sizes: readonly number[],
  { read, atMost }: FileReader,
): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-spans-'));
  const variants: Record<string, Variant> = {};
  const figures: Figure[] = [];
  for (const form of ['lines', 'document'] as const) {
    for (const [place, size] of sizes.entries()) {
      const from = await writeSpanFile(join(folder, `${form}-${size}.json`), form, size);
      const name = `${form}, ${size.toLocaleString('en')} spans`;
      variants[name] = { run: async () => sampleOf(from, await read(from, folder)) };
      variants[`parse ${name}`] = {
        run: async () => {
          const parsed = await runProcess([PARSE, from.file, form]);
          return { ...sampleOf(from, parsed), answer: Number(parsed.stdout) === from.spans };
        },
      };
      const isGoal = size >= LEAST_FOR_GOAL;
      figures.push({
        variant: `${name}: CPU ÷ JSON.parse`,
        ours: name,
        other: `parse ${name}`,
        metric: 'cpuMs',
        unit: 'ms',
        goal: isGoal ? { of: 'ratio', atMost } : null,
      });
      const smaller = sizes[place - 1];
      if (size > LEAST_FOR_GOAL && smaller !== undefined) {
        figures.push(peakMemory(name, `${name}: peak memory`), {
          ...{ ours: name, metric: 'peakMb', unit: 'MB' },
          variant: `${name}: peak memory ÷ with ${smaller.toLocaleString('en')}`,
          other: `${form}, ${smaller.toLocaleString('en')} spans`,
          goal: { of: 'ratio', atMost: FLAT },
        });
      }
    }
  }
  return {
    variants,
    figures,
    check: (answer) => (answer === true ? undefined : 'other spans than the file holds'),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The peak of a command over a file, however large the file is. */
export const peakMemory = (ours: string, variant: string): Figure => ({
  ...{ variant, ours, other: MOST_MB, metric: 'peakMb', unit: 'MB' },
  goal: { of: 'ours', atMost: MOST_MB },
});

const sampleOf = ({ spans }: SpanFile, { usage }: Finished): Sample => ({
  metrics: { ...usage, spansPerSecond: (spans / usage.wallMs) * 1_000 },
  answer: true,
  peakMemoryMb: usage.peakMb,
});

/** Sizes of --quick and of a complete run. */
export const sizesFor = (quick: boolean): readonly number[] =>
  quick ? [10_000] : [10_000, 100_000, 1_000_000];
