import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from '../../../tools/local/options.ts';
import type { FireResult, Platform } from '../../../tools/local/platforms/platform.ts';
import { createRuns } from '../../../tools/local/runs.ts';
import type { ReadyPlatform, System } from '../../../tools/local/system.ts';
import { flagsOf } from '../cli/flags-of.ts';

/** GKE with a CronJob that is answered by hand, and Cloud Run with a job that is too. */
function createFake(stopped = new AbortController()) {
  const told: string[] = [];
  const fired: { platform: string; minute: Date; requests: unknown; answer: () => void }[] = [];
  const attempts = new Set<(attempt: { httpStatus: number }) => void>();
  const scheduler = {
    onAttempt(listener: (attempt: { httpStatus: number }) => void) {
      attempts.add(listener);
      return () => attempts.delete(listener);
    },
  };
  const common = { cloud: { scheduler }, slowness: { factor: () => 1 } };
  const gke = {
    name: 'gke',
    fire({ requests }: { requests: number }, minute: Date) {
      const { promise, resolve } = Promise.withResolvers<FireResult>();
      const answer = () => resolve({ status: 200, body: {} });
      fired.push({ platform: 'gke', minute, requests, answer });
      return promise;
    },
  };
  const job = {
    async run({ requests, scheduledTime }: { requests: number; scheduledTime: string }) {
      const answer = () => {
        for (const tell of attempts) tell({ httpStatus: 200 });
      };
      fired.push({ platform: 'cloud_run', minute: new Date(scheduledTime), requests, answer });
    },
  };
  const ready = (platform: Partial<Platform>) =>
    ({ ...common, platform, job }) as unknown as ReadyPlatform;
  const platforms = { cloud_run: { name: 'cloud_run' }, gke };
  const runs = createRuns({
    options: parseOptions(flagsOf('up', '--once', '--requests', '5', '--runs', '2')),
    signal: stopped.signal,
    onProgress: (text) => told.push(text),
    onPause: () => told.push('pause'),
  });
  return {
    runs,
    fired,
    told,
    begin: (name: 'cloud_run' | 'gke') => runs.begin(ready(platforms[name] as Partial<Platform>)),
    system: {
      ...common,
      job,
      platforms: Object.values(platforms),
      measureSlowness: async () => void told.push('measured'),
    } as unknown as System,
  };
}

const turn = () => new Promise(setImmediate);

test('the first run begins on a platform that is ready, before the other one is', async () => {
  const { runs, fired, told, begin } = createFake();
  begin('cloud_run');
  await turn();
  assert.deepEqual(
    fired.map(({ platform, requests }) => [platform, requests]),
    [['cloud_run', 2]],
  );
  begin('gke');
  await turn();
  assert.deepEqual(
    fired.map(({ platform }) => platform),
    ['cloud_run', 'gke'],
  );
  // Pairs are found by the minute.
  assert.deepEqual(fired[0]?.minute, fired[1]?.minute);
  assert.deepEqual(told, ['run 1 of 2: 2 requests on each platform']);
  assert.deepEqual(runs.broken, []);
});

test('the second run begins on both platforms when the first one has ended on both', async () => {
  const { runs, fired, told, begin, system } = createFake();
  begin('cloud_run');
  begin('gke');
  const finished = runs.finish(system);
  await turn();
  fired[1]?.answer();
  await turn();
  assert.equal(fired.length, 2);
  assert.deepEqual(told.slice(1), ['pause']);
  fired[0]?.answer();
  await turn();
  assert.deepEqual(
    fired.map(({ platform, requests }) => [platform, requests]),
    [
      ['cloud_run', 2],
      ['gke', 2],
      ['cloud_run', 3],
      ['gke', 3],
    ],
  );
  assert.equal(Number(fired[2]?.minute) - Number(fired[0]?.minute), 60_000);
  assert.deepEqual(told.slice(2), ['measured', 'run 2 of 2: 3 requests on each platform']);
  fired[2]?.answer();
  fired[3]?.answer();
  await finished;
  assert.deepEqual(runs.broken, []);
});

test('a run that is stopped says so, and no other run follows', async () => {
  const stopped = new AbortController();
  const { runs, fired, begin, system } = createFake(stopped);
  begin('cloud_run');
  begin('gke');
  await turn();
  stopped.abort(new Error('stopped by SIGINT'));
  await runs.finish(system);
  assert.equal(fired.length, 2);
  assert.deepEqual(runs.broken, ['run 1: stopped by SIGINT', 'stopped before the last run']);
});
