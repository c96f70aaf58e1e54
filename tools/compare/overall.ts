import type { Overall, Quantiles, Stratum, Verdict } from './comparison.ts';
import { contrast, type Design, estimateOf, FEWEST_RUNS, FEWEST_VALUES } from './contrast.ts';
import { ascending, ecdfOf, quantileDifferencesOf, quantilesOf } from './quantiles.ts';
import type { RequestRecord } from './request-record.ts';

export const ALPHA = 0.05;

type Cohorts = Readonly<{ a: readonly RequestRecord[]; b: readonly RequestRecord[] }>;

/** Latency of a request that counts: of this stratum, without error, with its root. */
export function latencyIn(stratum: Stratum) {
  return (record: RequestRecord): number | null =>
    record.cold === (stratum === 'cold') && record.error === null ? record.latencyMs : null;
}

export function latencies(records: readonly RequestRecord[], stratum: Stratum): readonly number[] {
  return ascending(records.map(latencyIn(stratum)).filter((value) => value !== null));
}

/**
 * The one primary verdict: warm, schedule-relative root latency, on the logarithm, because latency
 * differs by factors and its spread grows with it. The interval in milliseconds is of the
 * differences themselves; where the two disagree about zero the ratio decides.
 */
export function compareOverall(
  cohorts: Cohorts,
  options: { design: Design; wrongCounts: number },
): Overall {
  const { design } = options;
  const latency = latencyIn('warm');
  const logarithm = (record: RequestRecord) => {
    const ms = latency(record);
    return ms === null || ms <= 0 ? null : Math.log(ms);
  };
  const ratios = contrast(design, logarithm);
  const a = latencies(cohorts.a, 'warm');
  const b = latencies(cohorts.b, 'warm');
  const pValue = ratios.test?.pValue() ?? null;
  const reason = reasonAgainst(ratios, options.wrongCounts, a.length === 0 || b.length === 0);
  return {
    stratum: 'warm',
    measure: 'schedule-relative root latency',
    a: quantilesOf(a),
    b: quantilesOf(b),
    differenceMs: estimateOf(contrast(design, latency), ALPHA),
    ratio: estimateOf(ratios, ALPHA, Math.exp),
    verdict:
      reason === null && pValue !== null
        ? verdictOf(pValue, ratios.estimate ?? 0)
        : 'not-enough-data',
    paired: design.paired,
    pairs: design.paired ? ratios.values.a : 0,
    runs: ratios.runs,
    pValue,
    method: design.paired
      ? `per run the typical log ratio of its pairs (Hodges-Lehmann), over ${ratios.runs.a} runs Student's t`
      : `per run the typical log latency (Hodges-Lehmann), over ${ratios.runs.a} and ${ratios.runs.b} runs Welch's t`,
    reason,
    ecdf: { a: ecdfOf(a), b: ecdfOf(b) },
    quantileDifferences: quantileDifferencesOf(a, b),
  };
}

export function verdictOf(pValue: number, difference: number): Verdict {
  if (pValue >= ALPHA) return 'no-difference-seen';
  return difference < 0 ? 'a-faster' : 'b-faster';
}

function reasonAgainst(
  { values, runs, test }: ReturnType<typeof contrast>,
  wrongCounts: number,
  oneIsEmpty: boolean,
): string | null {
  if (wrongCounts > 0) {
    return `${wrongCounts} answers had a wrong count: the speed of wrong answers says nothing`;
  }
  if (test !== null) return null;
  if (oneIsEmpty) return 'one of the cohorts has no warm request without error';
  const fewestRuns = Math.min(runs.a, runs.b);
  if (fewestRuns < FEWEST_RUNS) {
    return `${fewestRuns} run${fewestRuns === 1 ? '' : 's'} of warm requests, and a verdict needs ${FEWEST_RUNS}: requests of one run share its luck`;
  }
  return `${Math.min(values.a, values.b)} warm requests, and a verdict needs ${FEWEST_VALUES}`;
}

/** How a cohort's latencies are told in its summary. */
export function latencyQuantiles(
  records: readonly RequestRecord[],
): Readonly<Record<Stratum, Quantiles | null>> {
  return {
    warm: quantilesOf(latencies(records, 'warm')),
    cold: quantilesOf(latencies(records, 'cold')),
  };
}
