import type { Sides } from '../cohorts/cohort.ts';
import type { RequestRecord, Stratum } from '../cohorts/request-record.ts';
import type { Design } from '../statistics/design.ts';
import { latencyIn } from '../statistics/overall.ts';
import { ascending } from '../statistics/quantiles.ts';
import type { Drawing, Drawn } from './drawing.ts';

/** The requests at the median and at p95 of the primary measure; null: there is none. */
export type Exemplars = Readonly<{ median: Drawn | null; p95: Drawn | null }>;

type Choice = Readonly<{ median: RequestRecord | null; p95: RequestRecord | null }>;
/** `paired`: each two are one request of the schedule on both sides. */
export type Chosen = Sides<Choice> & Readonly<{ paired: boolean }>;

/**
 * The requests of a stratum that are drawn. Two that lie over each other should be one request:
 * same run, sequence and query. So where requests are paired, the pair is taken that is nearest to
 * both sides' medians (and the one nearest to both p95), else each side's own by rank.
 */
export function chooseExemplars(
  records: Sides<readonly RequestRecord[]>,
  design: Design,
  stratum: Stratum,
): Chosen {
  const a = rank(records.a, stratum);
  const b = rank(records.b, stratum);
  const latency = latencyIn(stratum);
  const isDrawn = (record: RequestRecord) => record.whole && latency(record) !== null;
  const pairs = design.paired
    ? design.runs.flatMap((run) => run.pairs).filter((pair) => isDrawn(pair.a) && isDrawn(pair.b))
    : [];
  if (pairs.length === 0) {
    return { paired: false, a: choiceOf(a), b: choiceOf(b) };
  }
  const nearest = (fraction: number) => {
    const [targetA, targetB] = [at(a, fraction), at(b, fraction)];
    const distance = (record: RequestRecord, target: RequestRecord | null) =>
      target === null ? 0 : Math.abs(Math.log((latency(record) ?? 1) / (latency(target) ?? 1)));
    const away = (pair: Sides<RequestRecord>) =>
      distance(pair.a, targetA) + distance(pair.b, targetB);
    let best = pairs[0] as Sides<RequestRecord>;
    let bestAway = away(best);
    for (const pair of pairs) {
      const ofPair = away(pair);
      if (ofPair < bestAway) [best, bestAway] = [pair, ofPair];
    }
    return best;
  };
  const [median, p95] = [nearest(0.5), nearest(0.95)];
  return { paired: true, a: { median: median.a, p95: p95.a }, b: { median: median.b, p95: p95.b } };
}

/** Requests with their latencies, and all of these sorted. */
type Ranked = Readonly<{
  records: readonly RequestRecord[];
  ms: readonly number[];
  sorted: Float64Array;
}>;

/** Those of a stratum that are complete and have a latency. */
function rank(records: readonly RequestRecord[], stratum: Stratum): Ranked {
  const latency = latencyIn(stratum);
  const timed: RequestRecord[] = [];
  const times: number[] = [];
  for (const record of records) {
    const ms = record.whole ? latency(record) : null;
    if (ms === null) continue;
    timed.push(record);
    times.push(ms);
  }
  return { records: timed, ms: times, sorted: ascending(times) };
}

/** Only the times are sorted, and what has the wanted one is looked for: requests would take ten times as long. */
function at({ records, ms, sorted }: Ranked, fraction: number): RequestRecord | null {
  const place = Math.round(fraction * (sorted.length - 1));
  const wanted = sorted[place];
  if (wanted === undefined) return null;
  const alike = records
    .filter((_, index) => ms[index] === wanted)
    .sort((one, other) => (one.traceId < other.traceId ? -1 : 1));
  return alike[place - sorted.indexOf(wanted)] ?? null;
}

const choiceOf = (ranked: Ranked): Choice => ({
  median: at(ranked, 0.5),
  p95: at(ranked, 0.95),
});

export const chosenRecords = ({ a, b }: Chosen): readonly RequestRecord[] =>
  [a.median, a.p95, b.median, b.p95].filter((record) => record !== null);

export function drawExemplars({ a, b }: Chosen, draw: Drawing): Sides<Exemplars> {
  const of = ({ median, p95 }: Choice) => ({ median: draw(median), p95: draw(p95) });
  return { a: of(a), b: of(b) };
}
