/** More runs than these are drawn as blocks of neighbours, which also keeps what neighbours share. */
const MOST_UNITS = 256;
/** Values between two positions whose counts are kept. */
const STRIDE = 128;

/** The latencies of one side, ready to be drawn again by runs. */
export type Resampler = Readonly<{
  /** What is drawn: runs, or blocks of them. */
  units: number;
  values: number;
  /** The quantile where unit u counts `times[u]` times, and some unit does. */
  quantile(fraction: number, times: Uint32Array): number;
}>;

/**
 * `runs` hold positive values. The same number of runs gives the same units, so paired sides can be
 * drawn together. A quantile takes the logarithm of the values, however many there are:
 *
 *     sorted values   │ · · · · · │ · · · · · │ · · · · · │     each of its unit
 *     counts by unit  0          s         2s         3s      weighed by the draw: which stretch
 *                                     └ one by one ┘          weighed by the draw: which value
 */
export function createResampler(runs: readonly ArrayLike<number>[], most = MOST_UNITS): Resampler {
  const units = Math.min(runs.length, most, MOST_UNITS);
  const sorted = sortWithUnits(runs, units);
  const { values, unitOf } = sorted;
  const counts = countsByStretch(sorted, units);
  const stretches = counts.length / Math.max(1, units);
  const weightBefore = (stretch: number, times: Uint32Array): number => {
    let weight = 0;
    const from = stretch * units;
    for (let unit = 0; unit < units; unit += 1) {
      weight += (counts[from + unit] as number) * (times[unit] as number);
    }
    return weight;
  };
  return {
    units,
    values: values.length,
    quantile(fraction, times) {
      const target = fraction * weightBefore(stretches - 1, times);
      let [low, high] = [0, stretches - 1];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (weightBefore(middle, times) < target) low = middle;
        else high = middle;
      }
      let weight = weightBefore(low, times);
      let last = 0;
      for (let index = low * STRIDE; index < values.length; index += 1) {
        const own = times[unitOf(index)] as number;
        if (own === 0) continue;
        last = values[index] as number;
        weight += own;
        if (weight >= target) return last;
      }
      return last;
    },
  };
}

type Sorted = Readonly<{ values: Float64Array; unitOf: (index: number) => number }>;

/** Of a number's 52 binary places the last eight name its unit: sorted alone, it keeps it. */
const UNIT_BITS = 0xff;

function sortWithUnits(runs: readonly ArrayLike<number>[], units: number): Sorted {
  const values = new Float64Array(runs.reduce((sum, { length }) => sum + length, 0));
  const words = new Uint32Array(values.buffer);
  let filled = 0;
  for (const [index, run] of runs.entries()) {
    const unit = Math.floor((index * units) / runs.length);
    for (let at = 0; at < run.length; at += 1) {
      values[filled] = run[at] as number;
      const low = 2 * filled + LOW_WORD;
      words[low] = (((words[low] as number) & ~UNIT_BITS) | unit) >>> 0;
      filled += 1;
    }
  }
  values.sort();
  return { values, unitOf: (index) => (words[2 * index + LOW_WORD] as number) & UNIT_BITS };
}

/** Which of a number's two words holds its last places, on this machine. */
const LOW_WORD = new Uint32Array(Float64Array.of(1).buffer)[0] === 0 ? 0 : 1;

/** Before each stretch and after the last one: how many values each unit has had. */
function countsByStretch({ values, unitOf }: Sorted, units: number): Uint32Array {
  const stretches = Math.ceil(values.length / STRIDE) + 1;
  const counts = new Uint32Array(stretches * units);
  for (let stretch = 1; stretch < stretches; stretch += 1) {
    const [before, here] = [(stretch - 1) * units, stretch * units];
    counts.copyWithin(here, before, here);
    const end = Math.min(values.length, stretch * STRIDE);
    for (let index = (stretch - 1) * STRIDE; index < end; index += 1) {
      const at = here + unitOf(index);
      counts[at] = (counts[at] as number) + 1;
    }
  }
  return counts;
}
