import { median } from 'simple-statistics';
import type {
  CriticalPath,
  GapSplit,
  Hop,
  HopQuantiles,
  Overall,
  Sides,
  Stratum,
} from './comparison.ts';
import { type Contrast, contrast, type Design, estimateOf } from './contrast.ts';
import type { HopSample } from './hop-samples.ts';
import { ALPHA, verdictOf } from './overall.ts';
import { ascending, ecdfOf, quantileDifferencesOf, quantilesOf } from './quantiles.ts';
import type { RequestRecord } from './request-record.ts';
import { holm } from './statistics.ts';

/**
 * A hop whose difference moves the request by less than this share of its median latency is not
 * called faster or slower, however sure the difference is: with enough requests every two machines
 * differ in every hop.
 */
export const RELEVANT_SHARE = 0.02;

type Cohorts = Sides<readonly RequestRecord[]>;
type Samples = Sides<ReadonlyMap<RequestRecord, HopSample>>;
type Compared = Readonly<{ stratum: Stratum; path: string; samples: Samples; contrast: Contrast }>;

/** The hop table: verdicts on self time or gap, adjusted over all hops of both strata (Holm). */
export function compareHops(
  cohorts: Cohorts,
  options: { design: Design; overall: Overall; wrongCounts: number },
): readonly Hop[] {
  const compared = (['warm', 'cold'] as const).flatMap((stratum) =>
    groupByPath(cohorts, stratum).map(({ path, samples }): Compared => {
      const selfOf = (record: RequestRecord) =>
        (samples.a.get(record) ?? samples.b.get(record))?.selfMs ?? null;
      return { stratum, path, samples, contrast: contrast(options.design, selfOf) };
    }),
  );
  const { a, b } = options.overall;
  const thresholdMs = RELEVANT_SHARE * Math.max(a?.p50Ms ?? 0, b?.p50Ms ?? 0);
  const tested = compared.filter((hop) => hop.contrast.test !== null && options.wrongCounts === 0);
  const adjusted = holm(tested.map((hop) => hop.contrast.test?.pValue(thresholdMs) ?? 1));
  const byHop = new Map(tested.map((hop, index) => [hop, adjusted[index] ?? 1]));
  // All intervals hold together with 95 %, since a reader looks at all of them (Bonferroni).
  const alpha = ALPHA / Math.max(1, tested.length);
  const nearby = { a: nearbyRecords(cohorts.a), b: nearbyRecords(cohorts.b) };
  return compared.map((hop) => describe(hop, { alpha, pAdjusted: byHop.get(hop) ?? null, nearby }));
}

/** Only whole requests without error: a hop of a broken trace would take its lost child's time. */
function countsInHops(record: RequestRecord, stratum: Stratum): boolean {
  return record.whole && record.error === null && record.cold === (stratum === 'cold');
}

/** Paths in tree order: a parent before its children, siblings by their usual start. */
function groupByPath(
  cohorts: Cohorts,
  stratum: Stratum,
): readonly Readonly<{ path: string; samples: Samples }>[] {
  const groups = new Map<string, Sides<Map<RequestRecord, HopSample>>>();
  const offsets = new Map<string, number[]>();
  for (const side of ['a', 'b'] as const) {
    for (const record of cohorts[side]) {
      if (!countsInHops(record, stratum)) continue;
      for (const sample of record.hops) {
        const group = groups.get(sample.path) ?? { a: new Map(), b: new Map() };
        groups.set(sample.path, group);
        const starts = offsets.get(sample.path) ?? [];
        offsets.set(sample.path, starts);
        starts.push(sample.offsetMs);
        if (!sample.stopped) group[side].set(record, sample);
      }
    }
  }
  const usual = new Map([...offsets].map(([path, starts]) => [path, median(starts)]));
  return [...groups.keys()]
    .sort((one, other) => compareTreeOrder(one, other, usual))
    .map((path) => ({ path, samples: groups.get(path) as Samples }));
}

function compareTreeOrder(one: string, other: string, usual: ReadonlyMap<string, number>): number {
  if (other.startsWith(`${one} > `)) return -1;
  if (one.startsWith(`${other} > `)) return 1;
  // Compare where the two paths part.
  const ofOne = one.split(' > ');
  const ofOther = other.split(' > ');
  let shared = 0;
  while (ofOne[shared] === ofOther[shared]) shared += 1;
  const branch = (steps: string[]) => steps.slice(0, shared + 1).join(' > ');
  const [first, second] = [branch(ofOne), branch(ofOther)];
  return (usual.get(first) ?? 0) - (usual.get(second) ?? 0) || (first < second ? -1 : 1);
}

function describe(
  { stratum, path, samples, contrast: compared }: Compared,
  options: { alpha: number; pAdjusted: number | null; nearby: Sides<Nearby> },
): Hop {
  const a = [...samples.a.values()];
  const b = [...samples.b.values()];
  const all = [...a, ...b];
  const [first] = all;
  const isGap = all.some(({ measure }) => measure === 'gap');
  const selfA = ascending(a.map(({ selfMs }) => selfMs));
  const selfB = ascending(b.map(({ selfMs }) => selfMs));
  const typicalOfB = quantilesOf(selfB)?.p50Ms ?? 0;
  const { alpha, pAdjusted, nearby } = options;
  // Of times, so never below zero, however wide the interval of the difference is.
  const asRatio = (differenceMs: number) => Math.max(0, 1 + differenceMs / typicalOfB);
  return {
    path,
    service: first?.service ?? '',
    name: first?.name ?? '',
    depth: first?.depth ?? 0,
    stratum,
    measure: isGap ? 'gap' : 'self',
    maxSiblings: all.reduce((most, { siblings }) => Math.max(most, siblings), 0),
    a: hopQuantiles(a, selfA),
    b: hopQuantiles(b, selfB),
    differenceMs: estimateOf(compared, alpha),
    ratio:
      typicalOfB > 0 ? estimateOf(compared, alpha, asRatio) : { p50: null, low: null, high: null },
    verdict: pAdjusted === null ? 'not-enough-data' : verdictOf(pAdjusted, compared.estimate ?? 0),
    pAdjusted,
    split: isGap ? { a: splitOf(a), b: splitOf(b) } : null,
    criticalPath: {
      a: stratum === 'warm' ? contribution(samples.a, nearby.a) : null,
      b: stratum === 'warm' ? contribution(samples.b, nearby.b) : null,
    },
    ecdf: { a: ecdfOf(selfA), b: ecdfOf(selfB) },
    quantileDifferences: quantileDifferencesOf(selfA, selfB),
  };
}

function hopQuantiles(samples: readonly HopSample[], self: readonly number[]): HopQuantiles | null {
  const inclusive = quantilesOf(ascending(samples.map(({ inclusiveMs }) => inclusiveMs)));
  const own = quantilesOf(self);
  if (inclusive === null || own === null) return null;
  return {
    ...inclusive,
    selfP50Ms: own.p50Ms,
    selfP90Ms: own.p90Ms,
    selfP95Ms: own.p95Ms,
    selfP99Ms: own.p99Ms,
  };
}

function splitOf(samples: readonly HopSample[]): GapSplit | null {
  if (samples.length === 0) return null;
  const measured = samples.map(({ split }) => split).filter((split) => split !== null);
  const p50 = (values: readonly number[]) => (values.length === 0 ? null : median([...values]));
  return {
    measured: measured.length,
    inferred: samples.length - measured.length,
    networkP50Ms: p50(measured.map(({ networkMs }) => networkMs)),
    platformP50Ms: p50(measured.map(({ platformMs }) => platformMs)),
  };
}

type Nearby = Readonly<{ median: readonly RequestRecord[]; p95: readonly RequestRecord[] }>;

/** The tenth of the warm requests around the median and around p95, by rank; at least five. */
function nearbyRecords(records: readonly RequestRecord[]): Nearby {
  const ranked = records
    .filter((record) => countsInHops(record, 'warm') && record.durationMs !== null)
    .sort((one, other) => (one.durationMs ?? 0) - (other.durationMs ?? 0));
  const count = Math.min(ranked.length, Math.max(5, Math.round(ranked.length / 10)));
  const around = (fraction: number) => {
    const centre = Math.round(fraction * (ranked.length - 1));
    const from = Math.min(ranked.length - count, Math.max(0, centre - (count >> 1)));
    return ranked.slice(from, from + count);
  };
  return { median: around(0.5), p95: around(0.95) };
}

/** Mean owned time over the nearby requests; a request without the hop adds nothing. */
function contribution(
  samples: ReadonlyMap<RequestRecord, HopSample>,
  { median: typical, p95: slow }: Nearby,
): CriticalPath | null {
  if (typical.length === 0) return null;
  const of = (records: readonly RequestRecord[]) => {
    const ownMs = records.reduce((sum, record) => sum + (samples.get(record)?.selfMs ?? 0), 0);
    const totalMs = records.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
    return { ms: ownMs / records.length, share: totalMs === 0 ? 0 : ownMs / totalMs };
  };
  const [atMedian, atP95] = [of(typical), of(slow)];
  return {
    medianMs: atMedian.ms,
    medianShare: atMedian.share,
    p95Ms: atP95.ms,
    p95Share: atP95.share,
  };
}
