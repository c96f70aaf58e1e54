import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { compareSource } from '../../../../../tools/compare/compare.ts';
import { parseOptions } from '../../../../../tools/compare/options.ts';
import { openSource } from '../../../../../tools/traces/sources/open-source.ts';
import { flagsOf } from '../../../cli/flags-of.ts';
import { createSleepingClock } from '../../../sleeping-clock.ts';
import {
  BUSY_LOAD,
  createDay,
  DAY,
  type Day,
  DEFAULT_LOAD,
  type Platform,
  startTraceFront,
} from './day-of-traffic.ts';

const SIGNAL = new AbortController().signal;

/** `npx shakesapp compare --project … --since 1d`, a quarter of an hour after the day. */
async function compareDay(t: TestContext, day: Day, ...flags: readonly string[]) {
  const clock = createSleepingClock(DAY.endMs + 15 * 60_000);
  const { origin, used } = await startTraceFront(t, day, clock);
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'trace-cache-'));
  t.after(() => rm(cacheDirectory, { recursive: true, force: true }));
  const [since, until] = [DAY.startMs, DAY.endMs].map((atMs) => new Date(atMs).toISOString());
  const argv = ['--local', '--since', since ?? '', '--until', until ?? '', ...flags];
  const asked = parseOptions(flagsOf('compare', ...argv), clock.epochMs());
  const { options, source } = await openSource(asked, {
    ...{ cacheDirectory, clock, signal: SIGNAL },
    findLocal: async () => ({ projectId: 'shakesapp-local', traceReadOrigin: origin }),
    onProgress: () => {},
    onResume: () => {},
  });
  const comparison = await compareSource(source, { cohorts: options.cohorts, signal: SIGNAL });
  const units = used.lists * 25 + used.gets;
  return { comparison, minutes: clock.sleptMs() / 60_000, units, used };
}

/** The median of what a search takes by itself, of every request of the day. */
function medianSearchMs(day: Day, platform: Platform): number {
  const all = Float64Array.from(day.indices, (index) => day.searchMs(platform, index));
  return all.sort()[Math.floor(all.length / 2)] ?? Number.NaN;
}

for (const [name, load] of [
  ['the default load', DEFAULT_LOAD],
  ['50 requests a second', BUSY_LOAD],
] as const) {
  test(`24 hours at ${name} are read within 15 minutes of quota, and the estimates hold`, async (t) => {
    const day = createDay(load);
    const { comparison, minutes, units, used } = await compareDay(t, day);
    const { a, b } = comparison.cohorts;
    const failures = day.failed().length;
    const total = day.indices.length;
    t.diagnostic(`${name}: ${units} read units in ${minutes.toFixed(1)} minutes`);
    assert.equal(used.refused, 0);
    assert.ok(minutes <= 15, `${minutes} minutes`);

    for (const { label, estimatedRequests, traces } of [a, b]) {
      const { estimate, low, high } = estimatedRequests ?? { estimate: 0, low: 0, high: 0 };
      t.diagnostic(
        `${label}: ${traces} requests read, ${estimate} (${low} to ${high}) estimated of ${total}`,
      );
      assert.ok(low <= total && total <= high, `${low} to ${high} of ${total}`);
      assert.ok(Math.abs(estimate / total - 1) < 0.1, `${estimate} of ${total}`);
    }
    t.diagnostic(`failed: ${a.errors} of ${failures} found`);
    assert.deepEqual([a.errors, b.errors], [failures, 0]);
    assert.equal(
      comparison.failures.reduce((sum, { requests }) => sum + requests.a, 0),
      failures,
    );
    const rate = a.rates.error ?? 0;
    assert.ok(Math.abs(rate / (failures / total) - 1) < 0.1, `${rate}`);

    const search = comparison.hops.find(({ name: hop }) => hop === 'works.search');
    const truth = {
      a: medianSearchMs(day, 'gcp_cloud_run'),
      b: medianSearchMs(day, 'gcp_kubernetes_engine'),
    };
    for (const side of ['a', 'b'] as const) {
      const read = search?.[side]?.p50Ms ?? Number.NaN;
      t.diagnostic(`median search of ${side}: ${read.toFixed(3)} ms of ${truth[side].toFixed(3)}`);
      assert.ok(Math.abs(read / truth[side] - 1) < 0.03, `${read} of ${truth[side]} ms`);
    }
    assert.equal(comparison.overall.verdict, 'b-faster');
    assert.ok(comparison.overall.paired);
    t.diagnostic(comparison.sample?.text ?? 'no sample');
    assert.equal(
      comparison.sample?.text,
      comparison.warnings.find(({ id }) => id === 'sample')?.finding,
    );
  });
}

test('a wrong count outside of every slice takes the verdict away', async (t) => {
  const day = createDay(DEFAULT_LOAD, { wrongCountAt: 7_003 });
  const { comparison } = await compareDay(t, day, '--max-traces', '3000');
  assert.equal(comparison.cohorts.a.wrongCounts, 1);
  assert.match(comparison.overall.reason ?? '', /1 answer had a wrong count/);
  assert.match(comparison.warnings[0]?.finding ?? '', /^1 in Cloud Run, 0 in GKE, in the complete/);
});
