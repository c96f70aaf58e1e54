import type { Samples } from './interleave.ts';
import type { Figure, Goal, Sample } from './row.ts';
import { ratiosOf, type Spread, spreadOf } from './spread.ts';

/** One line of the table, as --json has it. */
export type OutcomeRow = Readonly<{
  name: string;
  variant: string;
  /** Medians, in `unit`; `ours` is the highest where the goal bounds that; `other` may be a limit. */
  ours: number;
  other: number | null;
  unit: string;
  ratio: Spread | null;
  goal: string | null;
  met: boolean | null;
  peakMemoryMb: number | null;
  rounds: number;
  /** Share of all CPU that went to each process which is not measured, in our variant's runs. */
  othersCpu: Readonly<Record<string, number>> | null;
}>;

export function outcomeOf(name: string, figure: Figure, samples: Samples): OutcomeRow {
  const own = samplesOf(samples, figure.ours);
  const ours = valuesOf(own, figure);
  const { other } = figure;
  const others =
    typeof other === 'string'
      ? valuesOf(samplesOf(samples, other), figure)
      : ours.map(() => other ?? Number.NaN);
  const upsideDown = figure.ratio === 'other/ours';
  const ratio =
    other === null ? null : upsideDown ? ratiosOf(others, ours) : ratiosOf(ours, others);
  const { median: middle, high: worst } = spreadOf(ours);
  const peaks = own.flatMap(({ peakMemoryMb }) => peakMemoryMb ?? []);
  return {
    name,
    variant: figure.variant,
    ours: figure.goal?.of === 'worst' ? worst : middle,
    other: other === null ? null : spreadOf(others).median,
    unit: figure.unit,
    ratio,
    goal: figure.goal && goalText(figure.goal, figure.unit),
    met:
      figure.goal &&
      isMet(figure.goal, { ours: middle, worst, ratio: ratio?.median ?? Number.NaN }),
    peakMemoryMb: peaks.length === 0 ? null : Math.round(Math.max(...peaks)),
    rounds: ours.length,
    othersCpu: sharesOf(own),
  };
}

function samplesOf(samples: Samples, variant: string): readonly Sample[] {
  const found = samples[variant];
  if (found === undefined) throw new Error(`there is no variant ${JSON.stringify(variant)}`);
  return found;
}

const valuesOf = (samples: readonly Sample[], { metric }: Figure): readonly number[] =>
  samples.map(({ metrics }) => {
    const value = metrics[metric];
    if (value === undefined) throw new Error(`a variant did not measure ${metric}`);
    return value;
  });

function goalText({ of, atMost, atLeast }: Goal, unit: string): string {
  const bounds = [
    ...(atLeast === undefined ? [] : [`≥ ${atLeast}`]),
    ...(atMost === undefined ? [] : [`≤ ${atMost}`]),
  ].join(', ');
  return `${bounds} ${of === 'ratio' ? '×' : unit}`.trimEnd();
}

/** Not met by NaN either. */
function isMet({ of, atMost, atLeast }: Goal, figures: Record<Goal['of'], number>): boolean {
  const value = figures[of];
  const { POSITIVE_INFINITY: most, NEGATIVE_INFINITY: least } = Number;
  return value <= (atMost ?? most) && value >= (atLeast ?? least);
}

/** The measured processes' CPU is the metric totalCpuMs of such a row. */
function sharesOf(samples: readonly Sample[]): OutcomeRow['othersCpu'] {
  const names = Object.keys(samples[0]?.othersCpuMs ?? {});
  if (names.length === 0) return null;
  const cpuOf = (name: string) =>
    samples.reduce((sum, { othersCpuMs }) => sum + (othersCpuMs?.[name] ?? 0), 0);
  const measured = samples.reduce((sum, { metrics }) => sum + (metrics.totalCpuMs ?? 0), 0);
  const all = names.reduce((sum, name) => sum + cpuOf(name), measured);
  return Object.fromEntries(names.map((name) => [name, cpuOf(name) / all]));
}
