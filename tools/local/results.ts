import { counted } from '../cli/format.ts';
import type { Comparison } from '../compare/result/comparison.ts';
import type { Span } from '../traces/model.ts';
import { describeWrongCount, type tallyWrongCounts } from '../traces/span.ts';
import type { Level } from './instrument.ts';
import type { Delay } from './options.ts';
import type { PlatformName } from './platforms/platform.ts';
import type { Without } from './protections.ts';
import type { Replaced } from './replaced-option.ts';

/** Grows with every change that can break a reader of `--json`. */
export const RESULTS_VERSION = 2;

/** What `npm start -- --once --json FILE` writes. */
export type Results = Readonly<{
  version: typeof RESULTS_VERSION;
  /** Always true: these are figures of a stand-in, never those of the real platforms. */
  local: true;
  /** Latency added on purpose (`--delay`): not a finding about the platforms. */
  delays: readonly Delay[];
  /** How much of the system made spans (`--instrument`); absent: all of it. */
  instrument?: Level;
  /** Protections turned off on purpose (`--without`); absent: none. */
  without?: readonly Without[];
  /** Programs that other ones stood in for (`--replace`); absent where there is none. */
  replaced?: readonly Replaced[];
  platforms: Readonly<Partial<Record<PlatformName, PlatformResult>>>;
  /** Failed requests, by how and where they ended, the most frequent first. */
  failures: Comparison['failures'];
  /** Absent where only one platform ran. */
  comparison?: Comparison;
}>;

export type LatencyQuantiles = Readonly<{ p50: number; p95: number; p99: number }>;

export type PlatformResult = Readonly<{
  /** As requested; requests = ok + mismatched + failed + dropped. */
  requests: number;
  ok: number;
  mismatched: number;
  failed: number;
  dropped: number;
  /** Of the requests that were sent, those without a trace: spans could not be stored fast enough. */
  shed: number;
  /** The wrong answers, each once, with how many requests got it. */
  wrongCounts: ReturnType<typeof tallyWrongCounts>;
  runs: number;
  /** Of requests: rooted at loadgen's span. */
  traces: number;
  /** All others: the schedule's calls to loadgen. */
  invocationTraces: number;
  /** With `--instrument`: of what it makes. */
  wholeTraces: number;
  /**
   * First of an instance, or sent before the instance gave its first answer: as in the comparison.
   * A lower bound where a trace is incomplete: the missing part may be the part that says so.
   */
  coldTraces: number;
  /** Spans whose parent is neither stored nor outside the system. */
  orphanSpans: number;
  /** Of these, in traces of the schedule's calls; absent where there are none. */
  invocationOrphanSpans?: number;
  /** Of health checks, metadata and tokens, which must not make spans. */
  healthSpans: number;
  /** Spans that the platform's front end stored itself; not in the other counts. */
  frontEndSpans: number;
  /** As each process reports when it shuts down. */
  spansStarted: number;
  /** Found in Cloud Trace, without copies; of a program that replaces ours, none are counted. */
  spansStored: number;
  spansLost: number;
  /** Processes that ended without that report: how many spans they lost is unknown. */
  processesWithoutReport: number;
  /** Processes with an exit code other than 0. */
  processesFailed: number;
  /**
   * Of requests without error, cold ones included, from the scheduled time to the end of the root
   * span; null if there are none.
   */
  latencyMs: LatencyQuantiles | null;
  /**
   * The same for warm requests, which the comparison compares; null if there are none, and where
   * `client` makes no spans, which say what is cold.
   */
  warmLatencyMs: LatencyQuantiles | null;
  /** One complete trace: the median warm one, or the median where no request was warm. */
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
    /** From the start of the root span. */
    startMs: number;
    durationMs: number;
    attributes: Readonly<Record<string, string>>;
    events: readonly Readonly<{ name: string; startMs: number }>[];
    error: Readonly<{ type: string; message: string }> | null;
  }>[];
}>;

/**
 * Everything that makes the exit code 1, in words; empty for a good run. `hasTraces`: whether a
 * request makes one at all.
 */
export function faultsOf(result: PlatformResult, hasTraces = true): string[] {
  const { requests } = result;
  const expectedTraces = hasTraces ? requests - result.shed : 0;
  const faults: string[] = [];
  const expect = (holds: boolean, fault: string) => void (holds || faults.push(fault));
  expect(result.ok === requests, `${requests - result.ok} of ${requests} requests without success`);
  expect(
    result.mismatched === 0,
    [
      counted(result.mismatched, 'wrong count'),
      ...result.wrongCounts.map(describeWrongCounts),
    ].join('; '),
  );
  expect(
    result.shed === 0,
    `${counted(result.shed, 'request')} shed under pressure of the trace backend`,
  );
  expect(
    result.traces === expectedTraces,
    `${counted(result.traces, 'trace')} for ${counted(requests - result.shed, 'request')}`,
  );
  expect(
    result.wholeTraces === result.traces,
    `${result.traces - result.wholeTraces} of ${counted(result.traces, 'trace')} incomplete`,
  );
  expect(result.orphanSpans === 0, counted(result.orphanSpans, 'orphan span'));
  expect(result.healthSpans === 0, counted(result.healthSpans, 'health check span'));
  expect(result.spansLost === 0, `${result.spansLost} of ${result.spansStarted} spans lost`);
  expect(
    result.processesWithoutReport === 0,
    `${counted(result.processesWithoutReport, 'process', 'processes')} ended without a report on lost spans`,
  );
  expect(
    result.processesFailed === 0,
    `${counted(result.processesFailed, 'process', 'processes')} exited with an error`,
  );
  return faults;
}

const describeWrongCounts = (wrong: PlatformResult['wrongCounts'][number]) =>
  `${describeWrongCount(wrong)} (${wrong.requests})`;
