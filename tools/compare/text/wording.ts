import { counted, formatMs, formatSignedMs } from '../../cli/format.ts';
import { describeDeviation, isWarning } from '../../traces/deviation.ts';
import { SIDES, type Sides } from '../cohorts/cohort.ts';
import type { Comparison } from '../result/comparison.ts';
import type { Estimate } from '../statistics/estimate.ts';
import type { Hop } from '../statistics/hop.ts';
import type { Verdict } from '../statistics/overall.ts';
import { digitsOf } from './digits.ts';
import { measuredFrom } from './legend.ts';
import { sampleText } from './sample-words.ts';

type Labels = Readonly<{ a: string; b: string }>;

/** The verdict in one sentence, the same in every output. */
export function verdictSentence({ overall, cohorts }: Comparison): string {
  const { a, b } = { a: cohorts.a.label, b: cohorts.b.label };
  const { differenceMs, ratio } = overall;
  switch (overall.verdict) {
    case 'a-faster':
    case 'b-faster': {
      const faster = overall.verdict === 'a-faster' ? a : b;
      return `${faster} is faster: ${a} takes ${ratioText(ratio)} times as long as ${b}${typicalText(differenceMs)}.`;
    }
    case 'no-difference-seen':
      return `No difference seen: ${a} takes ${ratioText(ratio)} times as long as ${b}.`;
    case 'not-enough-data':
      return `No verdict: ${overall.reason ?? 'not enough data'}.`;
  }
}

const typicalText = ({ p50 }: Estimate) =>
  p50 === null ? '' : `, typically ${formatMs(Math.abs(p50))} ${p50 < 0 ? 'less' : 'more'}`;

/** What the verdict rests on. */
export function verdictBasis(comparison: Comparison): string {
  const { overall, cohorts } = comparison;
  const p = overall.pValue === null ? '' : `; p ${pText(overall.pValue)}`;
  return `warm requests, ${measuredFrom(comparison)}; ${sampleText({ overall, cohorts })}${p}`;
}

/** What "no difference" and "no verdict" leave open; null where that is not known. */
export function smallestText({ overall }: Pick<Comparison, 'overall'>): string | null {
  const { smallestDifference: smallest } = overall;
  if (smallest === null) return null;
  const { ms, ratio } = smallest;
  const share = ratio === null ? null : Number(((ratio - 1) * 100).toPrecision(2));
  const size = share === null ? formatMs(ms) : `${share} % (${formatMs(ms)})`;
  return `This data would have found a difference of ${size} in 8 of 10 cases.`;
}

/** What a hop stands for beside itself: siblings at the same path, spans too deep to be hops. */
export function hopExtent({ maxSiblings, maxDeeper }: Hop): readonly string[] {
  return [
    ...(maxSiblings > 1 ? [`up to ${maxSiblings} together`] : []),
    ...(maxDeeper > 0 ? [`with up to ${counted(maxDeeper, 'span')} below it`] : []),
  ];
}

/** How many span paths the tables leave out; nothing as a rule. */
export const hopsLeftOutText = ({ hopsLeftOut }: Comparison): readonly string[] =>
  hopsLeftOut === 0
    ? []
    : [`${counted(hopsLeftOut, 'span path')} left out: they take the least time.`];

/** How many pairs of a hop were tested, where that is not all that its quantiles tell; else ''. */
export function testedText({ a, b, tested }: Hop): string {
  if (tested.a === (a?.n ?? 0) && tested.b === (b?.n ?? 0)) return '';
  return `${counted(tested.a, 'pair')} tested`;
}

export function verdictWord(verdict: Verdict, { a, b }: Labels): string {
  return {
    'a-faster': `${a} faster`,
    'b-faster': `${b} faster`,
    'no-difference-seen': 'no difference seen',
    'not-enough-data': 'no verdict',
  }[verdict];
}

/** What keeps a side's hops of a stratum from being compared. */
export type NotCompared = Sides<
  Readonly<{
    /** Its incomplete traces, where it has no others: then none of its hops can be compared. */
    incomplete: number;
    /** Whether it has no request of the stratum at all. */
    none: boolean;
    /** The paths that its requests of the other stratum have. */
    otherwise: ReadonlySet<string>;
  }>
>;

export function notCompared(
  { hops, cohorts }: Pick<Comparison, 'hops' | 'cohorts'>,
  stratum: Hop['stratum'],
): NotCompared {
  const of = (side: 'a' | 'b') => {
    const { traces, whole, latency } = cohorts[side];
    const own = hops.filter((hop) => hop[side] !== null);
    const known = own.some((hop) => hop.stratum === stratum);
    const none = !known && latency[stratum] === null;
    const otherwise = own.filter((hop) => hop.stratum !== stratum).map(({ path }) => path);
    return { incomplete: known || none ? 0 : traces - whole, none, otherwise: new Set(otherwise) };
  };
  return { a: of('a'), b: of('b') };
}

/** What a hop's verdict is called, also where only one side has the hop. */
export function hopVerdictWord(hop: Hop, labels: Labels, lacking: NotCompared): string {
  // Its interval excludes zero.
  if (hop.verdict === 'no-difference-seen' && hop.remark !== null) return 'some difference';
  if (hop.a !== null && hop.b !== null) return verdictWord(hop.verdict, labels);
  const { incomplete, none, otherwise } = lacking[hop.a === null ? 'a' : 'b'];
  if (incomplete > 0) return 'not compared';
  if (none) return `no ${hop.stratum} request`;
  const only = `only in ${hop.a === null ? labels.b : labels.a}`;
  return otherwise.has(hop.path) ? `${hop.stratum} ${only}` : only;
}

/** Why hops are not compared, a sentence for each side. */
export function notComparedText(
  labels: Labels,
  lacking: NotCompared,
  stratum: Hop['stratum'],
): readonly string[] {
  return SIDES.flatMap((side) => {
    const { incomplete, none } = lacking[side];
    if (none) return [`no ${stratum} request: ${labels[side]} has none to compare with.`];
    if (incomplete === 0) return [];
    const traces = counted(incomplete, 'incomplete trace');
    return [`not compared: ${traces} in ${labels[side]}. Hops count complete traces only.`];
  });
}

export const pText = (p: number) => (p < 0.001 ? '< 0.001' : `= ${p.toFixed(3)}`);

/** `0.82 (0.75 to 0.90)`; without bounds where there are none. */
export function ratioText({ p50, low, high }: Estimate): string {
  if (p50 === null) return '–';
  const digits = digitsOf({ low, high });
  const bounds =
    low === null || high === null ? '' : ` (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
  return `${p50.toFixed(digits)}${bounds}`;
}

/** `+1.20 ms (+0.31 ms to +2.09 ms)`. */
export function differenceText({ p50, low, high }: Estimate): string {
  if (p50 === null) return '–';
  const bounds =
    low === null || high === null ? '' : ` (${formatSignedMs(low)} to ${formatSignedMs(high)})`;
  return `${formatSignedMs(p50)}${bounds}`;
}

/** Beside nothing every setting would differ. */
export const isOneSided = ({ cohorts: { a, b } }: Pick<Comparison, 'cohorts'>): boolean =>
  Math.min(a.traces, b.traces) === 0;

/** Where the traces came from, of which window, and when their requests began. */
export function readFrom({ source: { name, since, until }, requested }: Comparison): string {
  const bound = (word: string, time: string | null) =>
    time === null ? '' : ` ${word} ${time.slice(0, 19).replace('T', ' ')} UTC`;
  const began =
    requested === null ? '' : ` Requests began ${spanOfTime(requested.first, requested.last)}.`;
  return `Read from ${name}${bound('since', since)}${bound('until', until)}.${began}`;
}

/** What may explain why a filter matches nothing: of the traces themselves, not of the comparison. */
export const readingWarnings = ({ warnings, deviations }: Comparison) =>
  warnings.filter(
    ({ id }) =>
      id === 'truncated-by-quota' ||
      id === 'incomplete-file' ||
      id === 'sample' ||
      deviations.some(({ kind }) => kind === id),
  );

/** What was read although it is not as it should be, and cost nothing; the rest is in warnings. */
export const readNotes = ({ deviations }: Comparison): readonly string[] =>
  deviations.filter(({ kind }) => !isWarning(kind)).map(describeDeviation);

/** `7 of 60 in Cloud Run, 0 of 60 in GKE`. */
export function failedText({
  failures,
  cohorts: { a, b },
}: Pick<Comparison, 'failures' | 'cohorts'>): string {
  const failed = (side: 'a' | 'b') =>
    failures.reduce((sum, { requests }) => sum + requests[side], 0);
  return `${failed('a')} of ${a.traces} in ${a.label}, ${failed('b')} of ${b.traces} in ${b.label}`;
}

/** `from 2026-03-02 10:00:00 to 10:06:00 UTC`, or `at …` where both are one. */
export function spanOfTime(since: string, last: string): string {
  const [from, to] = [since, last].map((time) => time.slice(0, 19).replace('T', ' '));
  if (from === to) return `at ${from} UTC`;
  const sameDay = from?.slice(0, 10) === to?.slice(0, 10);
  return `from ${from} to ${sameDay ? to?.slice(11) : to} UTC`;
}

export const LOCAL_LABEL =
  'LOCAL run on loopback: these figures say nothing about Cloud Run and GKE themselves.';
