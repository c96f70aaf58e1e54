/**
 * Requests with a known truth, to see how often the comparison errs. Latencies are log-normal
 * (skewed to the right, as latencies are) around a run's own level; everything is drawn from a
 * seed, so a figure can be had again.
 */

import type { HopSample } from '../compare/cohorts/hop-samples.ts';
import { packAlone } from '../compare/cohorts/packed-hops.ts';
import type { RequestRecord } from '../compare/cohorts/request-record.ts';

export type Scenario = Readonly<{
  runs: number;
  requestsPerRun: number;
  /** Standard deviation of the log of the runs' levels, drawn apart for each cohort. */
  runDeviation: number;
  /** The same, but common to both cohorts of a run (what pairing takes out). */
  commonDeviation: number;
  /** Standard deviation of the log within a run. */
  requestDeviation: number;
  /** True factor on a's latencies; 1: no difference. */
  shift: number;
  /** Milliseconds on top of each of a's latencies. */
  addedMs?: number;
  /** Whether the requests can be paired: same schedule on both sides. */
  paired: boolean;
  /** Makes every request its own run: the mistake that the comparison must not make. */
  asSingles?: boolean;
  /** How many hops share the latency, each with its own run level. */
  hops: number;
}>;

/** Of every simulated latency, before `shift` and `addedMs`. */
export const MEDIAN_MS = 40;

/** Draws from the standard normal distribution (Box and Muller); 1 - random() is never 0. */
export const createNormal = (random: () => number) => (): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Both cohorts of one simulated comparison. */
export function simulate(
  scenario: Scenario,
  random: () => number,
): { a: RequestRecord[]; b: RequestRecord[] } {
  const normal = createNormal(random);
  const cohorts = { a: [] as RequestRecord[], b: [] as RequestRecord[] };
  for (let run = 0; run < scenario.runs; run += 1) {
    const common = normal() * scenario.commonDeviation;
    for (const side of ['a', 'b'] as const) {
      const level = common + normal() * scenario.runDeviation;
      const hopLevels = Array.from(
        { length: scenario.hops },
        () => level + normal() * scenario.runDeviation,
      );
      for (let sequence = 0; sequence < scenario.requestsPerRun; sequence += 1) {
        const factor = side === 'a' ? scenario.shift : 1;
        const addedMs = side === 'a' ? (scenario.addedMs ?? 0) : 0;
        const draw = (at: number) =>
          addedMs + MEDIAN_MS * factor * Math.exp(at + normal() * scenario.requestDeviation);
        const hops = hopLevels.map((at, hop) => sampleOf(hop, draw(at)));
        cohorts[side].push(
          recordOf({
            side,
            run: scenario.asSingles ? run * scenario.requestsPerRun + sequence : run,
            sequence,
            paired: scenario.paired,
            hops,
            latencyMs: draw(level),
          }),
        );
      }
    }
  }
  return cohorts;
}

/** A hop on its own path. */
export function sampleOf(hop: number, selfMs: number): HopSample {
  return {
    path: `simulated:${hop}`,
    service: 'simulated',
    name: String(hop),
    depth: 0,
    offsetMs: hop,
    measure: 'self',
    siblings: 1,
    deeper: 0,
    inclusiveMs: selfMs,
    selfMs,
    split: null,
    stopped: false,
  };
}

/** A complete, warm request of its run. */
export function recordOf(options: {
  side: 'a' | 'b';
  run: number;
  sequence: number;
  paired: boolean;
  hops: readonly HopSample[];
  latencyMs: number;
}): RequestRecord {
  const { side, run, sequence, paired, hops, latencyMs } = options;
  const startMs = Date.UTC(2026, 2, 2, 10, run) + sequence * 100;
  return {
    traceId: `${side}${run}-${sequence}`,
    projectId: 'simulated',
    startMs,
    durationMs: latencyMs,
    latencyMs,
    startDelayMs: 0,
    impossibleDelay: false,
    earlyStart: false,
    requestsInTrace: 1,
    runId: `${side}${run}`,
    scheduledMinute: paired ? `minute ${run}` : `minute ${run} of ${side}`,
    sequence,
    query: 'love',
    operation: 'simulated:request',
    pairKey: null,
    keptProbability: 1,
    shedBefore: 0,
    spans: 8,
    whole: true,
    cold: false,
    error: null,
    failure: null,
    impossible: false,
    rootSpanId: 'root',
    wrongCount: false,
    orphaned: false,
    skewed: false,
    frontEndStored: false,
    calls: [],
    hops: packAlone(hops),
  };
}
