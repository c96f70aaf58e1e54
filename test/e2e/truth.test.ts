import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { parseCohort } from '../../tools/compare/cohorts/cohort.ts';
import { compareTraces } from '../../tools/compare/compare.ts';
import type { Comparison } from '../../tools/compare/result/comparison.ts';
import type { Estimate } from '../../tools/compare/statistics/estimate.ts';
import { type LocalCloud, startLocalCloud } from '../../tools/local/cloud/local-cloud.ts';
import { startGke } from '../../tools/local/platforms/gke/gke.ts';
import type { AddedLatencyMs } from '../../tools/local/platforms/knobs.ts';
import { SETTINGS } from '../../tools/local/platforms/program-command.ts';

const RUNS = 12;
const REQUESTS_PER_RUN = 8;
const LEAST_ADDED_MS = 20;
const NO_LATENCY: AddedLatencyMs = { loadgen: 0, client: 0, server: 0 };
/** Deadlines of programs and probes are these times longer: no deadline is tested here. */
const SLOWNESS = 10;
/** A difference that is there shows each time; one that chance makes, at most 1 time in 10. */
const TRIES = 3;

/**
 * Two deployments of the same programs on the same stand-in, told apart by their version, fired at
 * the same simulated minutes, in turns first, and compared like two platforms.
 */
async function compareTwice(
  cloud: LocalCloud,
  added: AddedLatencyMs,
  clock: Clock = systemClock,
): Promise<Comparison> {
  const versions = ['one', 'two'] as const;
  const deployments = await Promise.all(
    versions.map((imageTag) =>
      startGke({
        cloud,
        clock,
        slowness: () => SLOWNESS,
        knobs: { addedLatencyMs: imageTag === 'two' ? added : NO_LATENCY },
        settings: { ...SETTINGS, imageTag },
      }),
    ),
  );
  try {
    for (let run = 0; run < RUNS; run += 1) {
      const minute = new Date(Date.UTC(2026, 0, 1, 0, run));
      const body = {
        requests: REQUESTS_PER_RUN,
        intervalMs: 40,
        scheduledTime: minute.toISOString(),
      };
      // One after the other: two bursts at once on one machine would slow each other at random.
      for (const deployment of run % 2 === 0 ? deployments : deployments.toReversed()) {
        const answer = await deployment.fire(body, minute);
        assert.equal(answer?.status, 200, JSON.stringify(answer));
      }
    }
  } finally {
    await Promise.all(deployments.map((deployment) => deployment.close()));
  }
  const comparison = compareTraces(cloud.traceStore.traces(), {
    cohorts: {
      a: parseCohort('a', 'service.version=one'),
      b: parseCohort('b', 'service.version=two'),
    },
    name: 'two versions',
    local: true,
  });
  cloud.traceStore.clear();
  assert.equal(comparison.cohorts.a.whole, RUNS * REQUESTS_PER_RUN);
  assert.equal(comparison.cohorts.b.whole, RUNS * REQUESTS_PER_RUN);
  assert.equal(comparison.overall.paired, true);
  return comparison;
}

const called = (comparison: Comparison) =>
  comparison.hops
    .filter(({ verdict }) => verdict === 'a-faster' || verdict === 'b-faster')
    .map(({ path }) => path);

/** The system's clock, which notes how long it really took where it was asked to wait `delayMs`. */
function createNotingClock(delayMs: number): { clock: Clock; medianMs: () => number } {
  const tookMs: number[] = [];
  const clock: Clock = {
    ...systemClock,
    after(askedMs, callback) {
      if (askedMs !== delayMs) return systemClock.after(askedMs, callback);
      const fromMs = systemClock.nowMs();
      return systemClock.after(askedMs, () => {
        tookMs.push(systemClock.nowMs() - fromMs);
        callback();
      });
    },
  };
  const medianMs = () => tookMs.toSorted((a, b) => a - b)[tookMs.length >> 1] ?? 0;
  return { clock, medianMs };
}

const widthOf = ({ low, high }: Estimate): number => (high ?? Infinity) - (low ?? -Infinity);

describe('the comparison of two deployments that really run', () => {
  let cloud: LocalCloud;
  /** How wide the interval of a difference is on this machine as busy as it is now. */
  let noiseMs = 0;
  before(async () => {
    cloud = await startLocalCloud();
  });
  after(() => cloud.close());

  it('sees no difference between two deployments of the same', async () => {
    let differs: readonly string[] = ['not compared'];
    for (let attempt = 0; attempt < TRIES && differs.length > 0; attempt += 1) {
      const comparison = await compareTwice(cloud, NO_LATENCY);
      const { verdict, differenceMs } = comparison.overall;
      differs = verdict === 'no-difference-seen' ? called(comparison) : [verdict];
      noiseMs = widthOf(differenceMs);
      // The version, which the cohorts are chosen by, is what is compared.
      assert.deepEqual(comparison.configuration, []);
    }
    assert.deepEqual(differs, []);
  });

  it('finds the latency added in front of server in that hop, within 2 ms, and in no other', async () => {
    // On a busy machine less would be lost among what the machine does.
    let addedMs = Math.max(LEAST_ADDED_MS, Math.ceil(2 * noiseMs));
    let wrong: readonly string[] | undefined;
    for (let attempt = 0; attempt < TRIES && wrong?.length !== 0; attempt += 1) {
      const { clock, medianMs } = createNotingClock(addedMs);
      const comparison = await compareTwice(cloud, { ...NO_LATENCY, server: addedMs }, clock);
      // The machine has become busier meanwhile: too little to be seen says nothing of the place.
      if (comparison.overall.verdict === 'no-difference-seen' && attempt < TRIES - 1) {
        addedMs *= 4;
        continue;
      }
      assert.equal(comparison.overall.verdict, 'a-faster');
      assert.deepEqual(comparison.configuration[0], {
        key: 'latency added (local) of server',
        a: '0 ms',
        b: `${addedMs} ms`,
      });
      const isGap = (path: string) =>
        path.endsWith('client:grpc.shakesapp.ShakespeareService/GetMatchCount');
      const hop = comparison.hops.find(({ path, stratum }) => isGap(path) && stratum === 'warm');
      assert.deepEqual([hop?.verdict, hop?.measure], ['a-faster', 'gap']);
      assert.ok(hop);
      // A timer of a busy machine is late, and so was what it let through: by that much the hop differs.
      const appliedMs = medianMs();
      assert.ok(appliedMs >= addedMs - 1, `applied ${appliedMs} ms`);
      const foundMs = -(hop.differenceMs.p50 ?? 0);
      const within = Math.max(2, widthOf(hop.differenceMs));
      assert.ok(
        Math.abs(foundMs - appliedMs) <= within,
        `found ${foundMs} ms, applied ${appliedMs} ms, within ${within} ms`,
      );
      const others: readonly string[] = called(comparison).filter((path) => !isGap(path));
      wrong = wrong?.filter((path) => others.includes(path)) ?? others;
    }
    assert.deepEqual(wrong, []);
  });
});
