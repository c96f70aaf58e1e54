import type { Comparison } from '../compare/result/comparison.ts';
import type { Span } from '../traces/model.ts';
import { describeWrongCount, type tallyWrongCounts } from '../traces/wrong-count.ts';
import type { Delay } from './options.ts';
import type { PlatformName } from './platforms/platform.ts';

/** A raise is a change that a reader of `--json` could trip over. */
export const RESULTS_VERSION = 2;

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

export type LatencyQuantiles = Readonly<{ p50: number; p95: number; p99: number }>;

export type PlatformResult = Readonly<{
  /** As asked for; requests = ok + mismatched + failed + dropped. */
  requests: number;
  ok: number;
  mismatched: number;
  failed: number;
  dropped: number;
  /** What the mismatched ones were answered, each once. */
  wrongCounts: ReturnType<typeof tallyWrongCounts>;
  runs: number;
  /** Of requests: rooted at loadgen's span. */
  traces: number;
  /** The rest: the calls of the schedule to loadgen. */
  invocationTraces: number;
  wholeTraces: number;
  /**
   * First of an instance, or sent before one had given its first answer: as in the comparison. Null
   * where a trace is not whole: the part that tells may be the part that is missing.
   */
  coldTraces: number | null;
  /** Spans whose parent is neither stored nor outside of the system. */
  orphanSpans: number;
  /** Of health checks, of metadata and of tokens: what should make none. */
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
  /**
   * Of requests without error, cold ones included, from when each was due to the end of its root
   * span; null without any.
   */
  latencyMs: LatencyQuantiles | null;
  /** The same of the warm ones, which the comparison compares; null where those are not known. */
  warmLatencyMs: LatencyQuantiles | null;
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

/** Everything that keeps a run from counting as whole, in words; empty for a good one. */
export function faultsOf(result: PlatformResult): string[] {
  const { requests } = result;
  const faults: string[] = [];
  const expect = (holds: boolean, fault: string) => void (holds || faults.push(fault));
  expect(result.ok === requests, `${requests - result.ok} of ${requests} requests without success`);
  expect(
    result.mismatched === 0,
    [`${result.mismatched} wrong counts`, ...result.wrongCounts.map(describeWrongCounts)].join(
      '; ',
    ),
  );
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

const describeWrongCounts = (wrong: PlatformResult['wrongCounts'][number]) =>
  `${describeWrongCount(wrong)} (${wrong.requests})`;
