import { counted } from '../../cli/format.ts';
import { type Deviation, describeDeviation, isWarning } from '../../traces/deviation.ts';
import type { FoldedNames } from '../../traces/profile/name-tally.ts';
import type { Sides } from '../cohorts/cohort.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';
import { FEWEST_RUNS, FEWEST_VALUES } from '../statistics/contrast.ts';
import type { Overall } from '../statistics/overall.ts';
import type { CohortSummary, Load } from './cohort-summary.ts';
import { tooManyNames } from './folded-names.ts';
import { shedText } from './incomparable.ts';
import { differentQueryMix } from './query-mix.ts';
import { unequalRate } from './unequal-rate.ts';
import { unpairedBy } from './unpaired-by.ts';
import { adviceOn, type WARNING_IDS, type WarningId } from './warning-texts.ts';

/** `finding` is what was seen, with figures; `advice` is what to do about it. */
export type Warning = Readonly<{ id: WarningId; finding: string; advice: string }>;

export type Evidence = Readonly<{
  cohorts: Sides<CohortSummary>;
  records: Sides<readonly RequestRecord[]>;
  /** Of the runs that have ended on both sides. */
  load: Sides<Load>;
  overall: Overall;
  /** Distinct samplers of both cohorts, as their spans state them. */
  samplers: readonly string[];
  /** The attribute that was to pair the requests. */
  pairBy: string | null;
  deviations: readonly Deviation[];
  /** What folding did to the names of another system. */
  foldedNames?: FoldedNames | null;
  /** What the source left out, in words; null where it read everything. */
  truncated: string | null;
  /** Which part of the traces was read as a sample, in words; null: not a sample. */
  partly: string | null;
  /** Whether the source is files: then what it left out is what they lack. */
  ofFiles: boolean;
  /** How the reader runs doctor on these traces: `Run npx shakesapp doctor …`. */
  inspect: string;
}>;

/** Share of requests above which a defect is worth a warning. */
const NOTABLE = 0.02;

type Check = Readonly<{
  id: (typeof WARNING_IDS)[number];
  find: (evidence: Evidence) => string | null;
}>;

const CHECKS: readonly Check[] = [
  { id: 'wrong-counts', find: (evidence) => ofWindow(evidence, (side) => side.wrongCounts) },
  {
    id: 'orphans',
    find: ({ cohorts }) => perCohort(cohorts, (side) => side.traces - side.whole),
  },
  {
    id: 'shed',
    find: ({ cohorts }) => (cohorts.a.shed + cohorts.b.shed === 0 ? null : shedText(cohorts)),
  },
  { id: 'too-few-traces', find: tooFewTraces },
  { id: 'too-few-runs', find: tooFewRuns },
  { id: 'unpaired', find: unpaired },
  { id: 'pair-by', find: unpairedBy },
  { id: 'unequal-load', find: unequalLoad },
  {
    id: 'unequal-rate',
    // A schedule's load is compared by its runs.
    find: (evidence) => (evidence.overall.windows === null ? null : unequalRate(evidence)),
  },
  { id: 'different-query-mix', find: ({ records }) => differentQueryMix(records) },
  { id: 'cold-starts-present', find: ({ cohorts }) => coldStarts(cohorts) },
  { id: 'too-many-names', find: ({ foldedNames = null }) => tooManyNames(foldedNames) },
  { id: 'errors', find: (evidence) => ofWindow(evidence, (side) => side.errors) },
  { id: 'sampled', find: sampled },
  { id: 'clock-skew', find: clockSkew },
  { id: 'early-start', find: ({ cohorts }) => perCohort(cohorts, (side) => side.earlyStart) },
  {
    id: 'truncated-by-quota',
    find: ({ truncated, ofFiles }) => (ofFiles ? null : truncated),
  },
  { id: 'incomplete-file', find: ({ truncated, ofFiles }) => (ofFiles ? truncated : null) },
  { id: 'sample', find: ({ partly }) => partly },
];

/** What only the runs of a schedule can be short of; windows of the clock say it themselves. */
const OF_A_SCHEDULE: ReadonlySet<WarningId> = new Set(['too-few-runs', 'unpaired', 'unequal-load']);

/** The warnings that apply, in the order of how much they threaten the verdict. */
export function findWarnings(evidence: Evidence): readonly Warning[] {
  const { windows } = evidence.overall;
  const checks = CHECKS.filter(({ id }) => windows === null || !OF_A_SCHEDULE.has(id));
  const found = checks.flatMap(({ id, find }) => {
    const finding = find(evidence);
    return finding === null
      ? []
      : [{ id, finding, advice: adviceOn(id, evidence.inspect, evidence.ofFiles) }];
  });
  const deviating = evidence.deviations.flatMap((deviation) => {
    const { kind } = deviation;
    if (!isWarning(kind)) return [];
    return [
      {
        id: kind,
        finding: withoutFullStop(describeDeviation(deviation)),
        advice: adviceOn(kind, evidence.inspect),
      },
    ];
  });
  // Wrong counts take every verdict away; what is incomplete or deviates may hide a loss; the rest
  // is to be weighed.
  const isLoss = ({ id }: Warning) => id === 'wrong-counts' || id === 'orphans' || id === 'shed';
  return [...found.filter(isLoss), ...deviating, ...found.filter((one) => !isLoss(one))];
}

const withoutFullStop = (sentence: string) => sentence.replace(/\.$/, '');

/** `3 of 60 traces in Cloud Run, 0 of 60 in GKE`, or null where neither has any. */
function perCohort(
  { a, b }: Sides<CohortSummary>,
  count: (cohort: CohortSummary) => number,
): string | null {
  if (count(a) + count(b) === 0) return null;
  return `${count(a)} of ${counted(a.traces, 'trace')} in ${a.label}, ${count(b)} of ${b.traces} in ${b.label}`;
}

/** The same of what is not counted in a sample alone. */
function ofWindow({ cohorts, partly }: Evidence, count: (cohort: CohortSummary) => number) {
  const { a, b } = cohorts;
  if (partly === null || count(a) + count(b) === 0) return perCohort(cohorts, count);
  return `${count(a)} in ${a.label}, ${count(b)} in ${b.label}, in the complete window`;
}

/** Of an incomplete trace the part that says so may be missing, so the count is a lower bound. */
function coldStarts({ a, b }: Sides<CohortSummary>): string | null {
  if (a.cold + b.cold === 0) return null;
  const count = (side: CohortSummary) =>
    `${side.whole < side.traces ? 'at least ' : ''}${side.cold} of ${side.traces}`;
  return `${count(a)} ${a.traces === 1 ? 'trace' : 'traces'} in ${a.label}, ${count(b)} in ${b.label}`;
}

/** A clock that is off is off in trace after trace; a lone one may be a server kept waiting. */
function clockSkew({ cohorts }: Evidence): string | null {
  const notable = [cohorts.a, cohorts.b].some(
    ({ skewed, traces }) => skewed > Math.max(1, NOTABLE * traces),
  );
  return notable ? perCohort(cohorts, (side) => side.skewed) : null;
}

function tooFewTraces({ cohorts, overall }: Evidence): string | null {
  const [a, b] = [overall.a?.n ?? 0, overall.b?.n ?? 0];
  if (Math.min(a, b) >= FEWEST_VALUES) return null;
  if (overall.paired)
    return `${counted(a, 'pair')} of warm requests; a verdict needs ${FEWEST_VALUES}`;
  return `${counted(a, 'warm request')} in ${cohorts.a.label}, ${b} in ${cohorts.b.label}; a verdict needs ${FEWEST_VALUES}`;
}

function tooFewRuns({ cohorts, overall: { runs, paired } }: Evidence): string | null {
  if (Math.min(runs.a, runs.b) >= FEWEST_RUNS) return null;
  return paired
    ? `${counted(runs.a, 'paired run')}; a verdict needs ${FEWEST_RUNS}`
    : `${counted(runs.a, 'run')} in ${cohorts.a.label}, ${runs.b} in ${cohorts.b.label}; a verdict needs ${FEWEST_RUNS}`;
}

function unpaired({ overall, cohorts }: Evidence): string | null {
  if (overall.paired || cohorts.a.traces === 0 || cohorts.b.traces === 0) return null;
  return 'most requests have no partner of the same scheduled minute, run and sequence';
}

function unequalLoad({ cohorts, load: { a, b } }: Evidence): string | null {
  const unequal = (one: number, other: number, tolerated: number) =>
    Math.max(one, other) > tolerated * Math.min(one, other);
  if (a.runs === 0 || b.runs === 0) return null;
  if (unequal(a.requestsPerRun ?? 0, b.requestsPerRun ?? 0, 1.1)) {
    return `${a.requestsPerRun} requests per run in ${cohorts.a.label}, ${b.requestsPerRun} in ${cohorts.b.label}`;
  }
  if (!unequal(a.expectedRequests, b.expectedRequests, 1.25)) return null;
  return `${a.expectedRequests} requests in ${cohorts.a.label}, ${b.expectedRequests} in ${cohorts.b.label}`;
}

function sampled({ cohorts, samplers, partly }: Evidence): string | null {
  const ratios = samplers.filter((sampler) => !/^(parentbased_)?always_on$/.test(sampler));
  if (ratios.length > 0) return `sampler ${ratios.join(', ')}`;
  // A slice may hold a part of a run.
  if (partly !== null) return null;
  const missing = [cohorts.a, cohorts.b].filter(
    ({ traces, shed, expectedRequests }) =>
      expectedRequests - traces - shed > NOTABLE * expectedRequests,
  );
  if (missing.length === 0) return null;
  return missing
    .map(
      ({ label, traces, expectedRequests }) =>
        `${label}: ${counted(traces, 'trace')} of ${counted(expectedRequests, 'request')}, by their sequence numbers`,
    )
    .join('; ');
}
