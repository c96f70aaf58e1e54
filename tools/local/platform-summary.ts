import type { LoadSummary } from '../../functions/loadgen/contract.ts';
import { recordRequests } from '../compare/cohorts/cold-waiters.ts';
import type { RequestRecord } from '../compare/cohorts/request-record.ts';
import { ascending, quantilesOf } from '../compare/statistics/quantiles.ts';
import { missingEdges } from '../traces/completeness.ts';
import type { Trace } from '../traces/model.ts';
import { type NormalisedTrace, requestRootOf, requestsOf } from '../traces/normalise.ts';
import { isUnwanted, tallyWrongCounts } from '../traces/span.ts';
import { createWaterfall, type Waterfall } from '../traces/waterfall.ts';
import { platformOf } from './platforms/labels.ts';
import type { PlatformName, ProcessReport, ProgramName } from './platforms/platform.ts';
import type { LatencyQuantiles, PlatformResult, TraceResult } from './results.ts';

/** A trace to show where one is incomplete, with the edges that it lacks. */
export type BrokenTrace = Readonly<{ waterfall: Waterfall; lacks: readonly string[] }>;

export type PlatformSummary = Readonly<{
  result: PlatformResult;
  /** As in `result.trace`. */
  waterfall: Waterfall | null;
  /** What it lacks of a complete trace, though not of what is made here. */
  unmade: readonly string[];
  /** The first incomplete trace. */
  broken: BrokenTrace | null;
}>;

/**
 * Sums up one platform's part of a run. `requests`: as asked for, over all its runs. `lacking`: what
 * of its edges a trace lacks that it should have. `dark`: the programs without telemetry, which report
 * no spans.
 */
export function summarisePlatform(options: {
  platform: PlatformName;
  requests: number;
  summaries: readonly LoadSummary[];
  reports: readonly ProcessReport[];
  /** Programs that are not ours: they report no spans. */
  replaced?: ReadonlySet<ProgramName>;
  traces: readonly Trace[];
  lacking?: (tree: NormalisedTrace) => readonly string[];
  dark?: readonly ProgramName[];
}): PlatformSummary {
  const { summaries, replaced = NONE, lacking = missingEdges, dark = [] } = options;
  const reports = options.reports.filter(({ program }) => !replaced.has(program));
  const others = options.reports.filter(({ program }) => replaced.has(program));
  const isComplete = (tree: NormalisedTrace) => lacking(tree).length === 0;
  const traces = options.traces.filter(({ spans }) => platformOf(spans) === options.platform);
  const trees = traces.flatMap((trace) => requestsOf(trace));
  const requests = trees.filter((tree) => requestRootOf(tree) !== null);
  const complete = requests.filter(isComplete);
  const nodes = trees.flatMap((tree) => tree.nodes);
  const own = nodes.filter(({ frontEnd }) => !frontEnd);
  const ours = own.filter(({ service }) => !(replaced as ReadonlySet<string>).has(service));
  const orphanSpans = orphansIn(trees);
  const ofRequests = orphansIn(requests);
  const sum = (field: 'ok' | 'mismatched' | 'failed' | 'dropped' | 'shed') =>
    summaries.reduce((total, summary) => total + (summary[field] ?? 0), 0);
  const spansStarted = reports.reduce((total, { spans }) => total + (spans?.started ?? 0), 0);
  const records = recordRequests(trees);
  const cold = new Set(records.filter((record) => record.cold).map(({ traceId }) => traceId));
  const warm = complete.filter(({ traceId }) => !cold.has(traceId));
  const median = medianOf(warm.length > 0 ? warm : complete);
  // A request that waited for an instance to start was cold too.
  const waterfall = median && { ...createWaterfall(median), cold: cold.has(median.traceId) };
  const result: PlatformResult = {
    requests: options.requests,
    ok: sum('ok'),
    mismatched: sum('mismatched'),
    failed: sum('failed'),
    dropped: sum('dropped'),
    shed: sum('shed'),
    wrongCounts: tallyWrongCounts(requests.flatMap(({ root }) => root?.span ?? [])),
    runs: summaries.length,
    traces: requests.length,
    invocationTraces: trees.length - requests.length,
    wholeTraces: complete.length,
    coldTraces: requests.filter(({ traceId }) => cold.has(traceId)).length,
    orphanSpans,
    ...(orphanSpans > ofRequests && { invocationOrphanSpans: orphanSpans - ofRequests }),
    healthSpans: own.filter(({ span }) => isUnwanted(span)).length,
    frontEndSpans: nodes.length - own.length,
    spansStarted,
    spansStored: ours.length,
    spansLost: spansStarted - ours.length,
    processesWithoutReport: reports.filter(
      ({ spans, program }) => spans === undefined && !dark.includes(program),
    ).length,
    processesFailed:
      reports.filter(({ exitCode }) => exitCode !== 0).length +
      others.filter((report) => !endedOnSignal(report)).length,
    latencyMs: latencyOf(records),
    warmLatencyMs: dark.includes('client')
      ? null
      : latencyOf(records.filter((record) => !record.cold)),
    trace: waterfall && toTraceResult(waterfall),
  };
  return {
    result,
    waterfall,
    unmade: median === null ? [] : missingEdges(median),
    broken: firstBroken(requests, lacking),
  };
}

const orphansIn = (trees: readonly NormalisedTrace[]): number =>
  trees.flatMap(({ nodes }) => nodes).filter(({ orphan, frontEnd }) => orphan && !frontEnd).length;

const NONE: ReadonlySet<ProgramName> = new Set();

/** A program that does not handle the signal ends by it; a shell says so as 128 + 15. */
const endedOnSignal = ({ exitCode, signal }: ProcessReport): boolean =>
  exitCode === 0 || exitCode === 128 + 15 || signal === 'SIGTERM';

/** A request that failed at once would flatter the others. */
function latencyOf(records: readonly RequestRecord[]): LatencyQuantiles | null {
  const values = records.flatMap(({ latencyMs, error }) =>
    latencyMs === null || error !== null ? [] : [latencyMs],
  );
  const quantiles = quantilesOf(ascending(values));
  return quantiles && { p50: quantiles.p50Ms, p95: quantiles.p95Ms, p99: quantiles.p99Ms };
}

function medianOf(requests: readonly NormalisedTrace[]): NormalisedTrace | null {
  const byDuration = requests.toSorted((one, other) => durationMs(one) - durationMs(other));
  return byDuration[Math.floor(byDuration.length / 2)] ?? null;
}

const durationMs = ({ root }: NormalisedTrace) => (root?.endMs ?? 0) - (root?.startMs ?? 0);

function firstBroken(
  requests: readonly NormalisedTrace[],
  lacking: (tree: NormalisedTrace) => readonly string[],
): BrokenTrace | null {
  const [first] = requests
    .filter((tree) => lacking(tree).length > 0)
    .sort((one, other) => one.startMs - other.startMs);
  return first === undefined ? null : { waterfall: createWaterfall(first), lacks: lacking(first) };
}

function toTraceResult(waterfall: Waterfall): TraceResult {
  return {
    traceId: waterfall.traceId,
    durationMs: waterfall.durationMs,
    spans: waterfall.spans.map((span) => ({
      id: span.spanId,
      parent: span.parentSpanId,
      name: span.name,
      service: span.service,
      kind: span.kind,
      startMs: span.offsetMs,
      durationMs: span.durationMs,
      attributes: span.attributes,
      events: (span.events ?? []).map(({ name, offsetMs }) => ({ name, startMs: offsetMs })),
      error: span.error,
    })),
  };
}
