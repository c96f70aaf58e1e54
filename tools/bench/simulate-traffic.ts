/**
 * Traffic that only the clock divides, with a known truth: the level of each side drifts, so that
 * neighbouring minutes resemble each other, as those of real traffic do.
 */

import type { RequestRecord } from '../compare/cohorts/request-record.ts';
import { createNormal, MEDIAN_MS, recordOf } from './simulate.ts';

export type Traffic = Readonly<{
  /** When the sides have requests: at the same time, in turns of ten steps, or one before the other. */
  when: 'beside' | 'turns' | 'before-after';
  /** Whether each request of a has a partner in b that an attribute names. */
  paired: boolean;
  /** Steps that each side takes; a level holds for one step. */
  steps: number;
  stepMs: number;
  /** Of one side before the other: how many times as long a has requests. */
  before: number;
  /** Mean over the steps, which have between half and one and a half times as many. */
  requestsAStep: number;
  /** Correlation of the levels of neighbouring steps. */
  lagOne: number;
  /** Standard deviation of the log of the levels, drawn apart for each side. */
  levelDeviation: number;
  /** The same, but common to both sides. */
  commonDeviation: number;
  /** Standard deviation of the log within a step. */
  requestDeviation: number;
  /** Share of the requests that take up to a hundred times as long. */
  tail: number;
  /** How far the log of the level swings either way in a day. */
  daySwing: number;
  /** Share of the steps without any request. */
  gaps: number;
  /** True factor on a's latencies; 1: no difference. */
  shift: number;
}>;

const START_MS = Date.UTC(2026, 2, 2, 7, 13);
const DAY_MS = 24 * 60 * 60 * 1_000;
const TURN_STEPS = 10;
const OPERATIONS = [
  { operation: 'shop:GET /', factor: 1, share: 0.6 },
  { operation: 'shop:POST /cart', factor: 3, share: 0.3 },
  { operation: 'shop:GET /report', factor: 20, share: 0.1 },
] as const;

export function simulateTraffic(
  traffic: Traffic,
  random: () => number,
): { a: RequestRecord[]; b: RequestRecord[] } {
  const normal = createNormal(random);
  const cohorts = { a: [] as RequestRecord[], b: [] as RequestRecord[] };
  const drift = () => {
    let level = normal();
    const rest = Math.sqrt(1 - traffic.lagOne ** 2);
    return () => {
      level = traffic.lagOne * level + rest * normal();
      return level;
    };
  };
  const drifts = { a: drift(), b: drift(), common: drift() };
  // One after the other, they are one series, in which nothing happens at the boundary.
  const oneSeries = traffic.when === 'before-after';
  const all = { beside: 1, turns: 2, 'before-after': 1 + traffic.before }[traffic.when];
  for (let step = 0; step < all * traffic.steps; step += 1) {
    const startMs = START_MS + step * traffic.stepMs;
    const levels = { a: drifts.a(), b: drifts.b() };
    const common =
      drifts.common() * traffic.commonDeviation +
      traffic.daySwing * Math.sin((2 * Math.PI * startMs) / DAY_MS);
    const isGap = random() < traffic.gaps;
    const requests = Math.round(traffic.requestsAStep * (0.5 + random()));
    const kinds = Array.from({ length: requests }, () => operationAt(random()));
    for (const side of ['a', 'b'] as const) {
      if (isGap || !hasRequests(side, step, traffic)) continue;
      const level = common + levels[oneSeries ? 'a' : side] * traffic.levelDeviation;
      for (let request = 0; request < requests; request += 1) {
        const { operation, factor } = traffic.paired
          ? (kinds[request] as Operation)
          : operationAt(random());
        const slow = random() < traffic.tail ? Math.log(100) * random() : 0;
        const latencyMs =
          MEDIAN_MS *
          factor *
          (side === 'a' ? traffic.shift : 1) *
          Math.exp(level + slow + normal() * traffic.requestDeviation);
        cohorts[side].push({
          ...recordOf({ side, run: 0, sequence: request, paired: false, hops: [], latencyMs }),
          startMs: startMs + Math.floor(random() * traffic.stepMs),
          operation,
          pairKey: traffic.paired ? `${step} ${request}` : null,
          runId: null,
          scheduledMinute: null,
        });
      }
    }
  }
  return cohorts;
}

type Operation = (typeof OPERATIONS)[number];

function operationAt(place: number): Operation {
  let from = 0;
  for (const one of OPERATIONS) {
    from += one.share;
    if (place < from) return one;
  }
  return OPERATIONS[0];
}

function hasRequests(side: 'a' | 'b', step: number, { when, steps, before }: Traffic): boolean {
  if (when === 'beside') return true;
  const isFirst =
    when === 'turns' ? Math.floor(step / TURN_STEPS) % 2 === 0 : step < before * steps;
  return (side === 'a') === isFirst;
}
