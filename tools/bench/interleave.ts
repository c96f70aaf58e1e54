import type { Opened, Sample } from './row.ts';

export type Samples = Readonly<Record<string, readonly Sample[]>>;

/**
 * A B A B …, after a round that warms up and is not counted. A wrong answer fails the row: else a
 * fast wrong variant would win. Once `isTimeOut` says so, no round starts but for the `fewest`.
 */
export async function interleave(
  opened: Pick<Opened, 'variants' | 'check'>,
  options: { rounds: number; fewest: number; isTimeOut: () => boolean },
): Promise<Samples> {
  const entries = Object.entries(opened.variants);
  const samples: Record<string, Sample[]> = Object.fromEntries(entries.map(([name]) => [name, []]));
  for (let round = 0; round <= options.rounds; round += 1) {
    if (round > options.fewest && options.isTimeOut()) break;
    for (const [name, variant] of entries) {
      const sample = await variant.run();
      const wrong = opened.check(sample.answer, name);
      if (wrong !== undefined) throw new Error(`${name} answered wrong: ${wrong}`);
      if (round > 0) samples[name]?.push(sample);
    }
  }
  return samples;
}
