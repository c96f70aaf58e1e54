import type { LoadSummary } from '../../lib/load-request.ts';
import { ATTR } from '../../lib/telemetry/names.ts';
import type { Comparison, Waterfall } from '../compare/comparison.ts';
import type { Span, Trace } from '../compare/model.ts';
import { isLoadgenRoot, type NormalisedTrace, normalise } from '../compare/normalise.ts';
import { ascending, quantilesOf } from '../compare/quantiles.ts';
import { createWaterfall } from '../compare/waterfall.ts';
import { isCold, isWhole } from '../compare/wholeness.ts';
import type { Delay } from './options.ts';
import type { PlatformName, ProcessReport } from './platforms/platform.ts';

/** A raise is a change that a reader of `--json` could trip over. */
export const RESULTS_VERSION = 1;

/** What `npm start -- --once --json FILE` writes. */
export type Results = Readonly<{
  version: typeof RESULTS_VERSION;
  /** Always: these are figures of a stand-in and never those of the real platforms. */
  local: true;
  /** Latency put in front of a program on purpose (`--delay`): no finding about the platforms. */
  delays: readonly Delay[];
  platforms: Readonly<Partial<Record<PlatformName, PlatformResult>>>;
  /** Absent where only one platform ran. */
  comparison?: Comparison;
}>;

export type PlatformResult = Readonly<{
  /** As asked for; requests = ok + mismatched + failed + dropped. */
  requests: number;
  ok: number;
  mismatched: number;
  failed: number;
  dropped: number;
  runs: number;
  /** Of requests: rooted at loadgen's span. */
  traces: number;
  /** The rest: the calls of the schedule to loadgen. */
  invocationTraces: number;
  wholeTraces: number;
  coldTraces: number;
  /** Spans whose parent is neither stored nor outside of the system. */
  orphanSpans: number;
  healthSpans: number;
  /** Spans that the platform's front end stored itself; in no other count. */
  frontEndSpans: number;
  /** As each process reports at its shutdown. */
  spansStarted: number;
  /** Found in Cloud Trace, each once. */
  spansStored: number;
  spansLost: number;
  /** Processes that ended without such a report: what they lost is not known. */
  processesWithoutReport: number;
  /** Processes that did not exit with 0. */
  processesFailed: number;
  /** Of requests, from when each was due to the end of its root span; null without any. */
  latencyMs: Readonly<{ p50: number; p95: number; p99: number }> | null;
  /** One whole trace, the median one of the warm ones where there are any. */
  trace: TraceResult | null;
}>;

export type TraceResult = Readonly<{
  traceId: string;
  durationMs: number;
  spans: readonly Readonly<{
    id: string;
    parent: string | null;
    name: string;
    service: string;
    kind: Span['kind'];
    /** From the start of the root. */
    startMs: number;
    durationMs: number;
    attributes: Readonly<Record<string, string>>;
    events: readonly Readonly<{ name: string; startMs: number }>[];
    error: Readonly<{ type: string; message: string }> | null;
  }>[];
}>;

/** Values of `cloud.platform`, by which the spans of two platforms are told apart. */
export const CLOUD_PLATFORM: Readonly<Record<PlatformName, string>> = {
  cloud_run: 'gcp_cloud_run',
  gke: 'gcp_kubernetes_engine',
};

const HEALTH = /grpc\.health\.v1|\/(health|_healthz|ready)$/;

/** Sums up one platform's part of a run. `requests`: as asked for, over all its runs. */
export function summarisePlatform(options: {
  platform: PlatformName;
  requests: number;
  summaries: readonly LoadSummary[];
  reports: readonly ProcessReport[];
  traces: readonly Trace[];
}): { result: PlatformResult; waterfall: Waterfall | null } {
  const { summaries, reports } = options;
  const traces = options.traces
    .filter((trace) => platformOf(trace) === options.platform)
    .map((trace) => ({ trace, tree: normalise(trace) }));
  const requests = traces.filter(({ tree }) => tree.root !== null && isLoadgenRoot(tree.root));
  const whole = requests.filter(({ tree }) => isWhole(tree));
  const nodes = traces.flatMap(({ tree }) => tree.nodes);
  const own = nodes.filter(({ frontEnd }) => !frontEnd);
  const sum = (field: 'ok' | 'mismatched' | 'failed' | 'dropped') =>
    summaries.reduce((total, summary) => total + summary[field], 0);
  const spansStarted = reports.reduce((total, { spans }) => total + (spans?.started ?? 0), 0);
  const waterfall = medianWaterfall(whole);
  const result: PlatformResult = {
    requests: options.requests,
    ok: sum('ok'),
    mismatched: sum('mismatched'),
    failed: sum('failed'),
    dropped: sum('dropped'),
    runs: summaries.length,
    traces: requests.length,
    invocationTraces: traces.length - requests.length,
    wholeTraces: whole.length,
    coldTraces: requests.filter(({ tree }) => isCold(tree)).length,
    orphanSpans: own.filter(({ orphan }) => orphan).length,
    healthSpans: own.filter(({ span }) => isHealth(span)).length,
    frontEndSpans: nodes.length - own.length,
    spansStarted,
    spansStored: own.length,
    spansLost: spansStarted - own.length,
    processesWithoutReport: reports.filter(({ spans }) => spans === undefined).length,
    processesFailed: reports.filter(({ exitCode }) => exitCode !== 0).length,
    latencyMs: latencyOf(requests.map(({ tree }) => tree)),
    trace: waterfall && toTraceResult(waterfall),
  };
  return { result, waterfall };
}

/** Everything that keeps a run from counting as whole, in words; empty for a good one. */
export function faultsOf(result: PlatformResult): string[] {
  const { requests } = result;
  const faults: string[] = [];
  const expect = (holds: boolean, fault: string) => void (holds || faults.push(fault));
  expect(result.ok === requests, `${requests - result.ok} of ${requests} requests without success`);
  expect(result.mismatched === 0, `${result.mismatched} wrong counts`);
  expect(result.traces === requests, `${result.traces} traces for ${requests} requests`);
  expect(
    result.wholeTraces === result.traces,
    `${result.traces - result.wholeTraces} of ${result.traces} traces not whole`,
  );
  expect(result.orphanSpans === 0, `${result.orphanSpans} orphan spans`);
  expect(result.healthSpans === 0, `${result.healthSpans} spans of health checks`);
  expect(result.spansLost === 0, `${result.spansLost} of ${result.spansStarted} spans lost`);
  expect(
    result.processesWithoutReport === 0,
    `${result.processesWithoutReport} processes ended without saying what became of their spans`,
  );
  expect(result.processesFailed === 0, `${result.processesFailed} processes did not exit with 0`);
  return faults;
}

/** The platform that a trace ran on, as its programs' resources say it. */
export function platformOf(trace: Trace): PlatformName | undefined {
  for (const { attributes } of trace.spans) {
    const value = attributes['cloud.platform'];
    for (const name of ['cloud_run', 'gke'] as const) {
      if (value === CLOUD_PLATFORM[name]) return name;
    }
  }
  return undefined;
}

function isHealth({ name, attributes }: Span): boolean {
  const target = attributes['url.path'] ?? attributes['http.target'] ?? attributes['/http/path'];
  return HEALTH.test(name) || (target !== undefined && HEALTH.test(target));
}

function latencyOf(trees: readonly NormalisedTrace[]): PlatformResult['latencyMs'] {
  const values = trees.flatMap(({ root }) =>
    root === null
      ? []
      : [root.endMs - root.startMs + Number(root.span.attributes[ATTR.startDelayUs] ?? 0) / 1000],
  );
  const quantiles = quantilesOf(ascending(values));
  return quantiles && { p50: quantiles.p50Ms, p95: quantiles.p95Ms, p99: quantiles.p99Ms };
}

function medianWaterfall(
  whole: readonly { trace: Trace; tree: NormalisedTrace }[],
): Waterfall | null {
  const warm = whole.filter(({ tree }) => !isCold(tree));
  const sorted = (warm.length > 0 ? warm : whole)
    .map(({ trace }) => createWaterfall(trace))
    .sort((one, other) => one.durationMs - other.durationMs);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
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
