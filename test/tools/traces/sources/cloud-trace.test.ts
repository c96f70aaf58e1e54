import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { sleep } from '../../../../lib/clock.ts';
import { startHttpService } from '../../../../tools/local/cloud/http-service.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import {
  type CloudTraceOptions,
  createCloudTraceSource,
} from '../../../../tools/traces/sources/cloud-trace.ts';
import { createSleepingClock } from '../../sleeping-clock.ts';
import { requestTrace, traceIdOf } from '../request-trace.ts';
import { startCloudTrace } from './local-trace.ts';
import { toArray } from './to-array.ts';

const SIGNAL = new AbortController().signal;

async function readAll(options: CloudTraceOptions): Promise<Trace[]> {
  return toArray(createCloudTraceSource(options).read(SIGNAL));
}

test('5,000 traces are read within the quota, in the fewest units and without one 429', async (t) => {
  const clock = createSleepingClock();
  const { calls, options } = await startCloudTrace(t, 5_000, clock);
  const traces = await readAll(options);
  assert.equal(new Set(traces.map(({ traceId }) => traceId)).size, 5_000);
  assert.deepEqual(calls, { list: 50, get: 0, refused: 0 });
  // 1,250 units at 300 a minute: four full minutes of waiting, and no more than a few seconds over.
  assert.ok(clock.sleptMs() >= 240_000 && clock.sleptMs() < 250_000, `${clock.sleptMs()} ms`);
});

test('what a killed reader had read is not read again, and its units still count', async (t) => {
  const clock = createSleepingClock();
  const { calls, options } = await startCloudTrace(t, 2_500, clock);
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, 'reading-child.ts'),
      options.rootUrl ?? '',
      options.cacheDirectory,
      String(options.sinceMs),
      String(options.untilMs),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  t.after(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) if (line === 'waiting') break;
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.deepEqual(calls, { list: 12, get: 0, refused: 0 });

  const heard: string[] = [];
  const traces = await readAll({ ...options, onProgress: (text) => heard.push(text) });
  assert.equal(new Set(traces.map(({ traceId }) => traceId)).size, 2_500);
  assert.equal(calls.list, 25);
  assert.equal(calls.refused, 0);
  assert.match(heard[0] ?? '', /^local trace store: 1200 traces were read before/);
  assert.deepEqual(
    heard.filter((text) => !text.startsWith('local trace store: ')),
    [],
    'not Google’s Cloud Trace',
  );
});

test('others who spend the same quota cost time, not an error', async (t) => {
  const clock = createSleepingClock();
  const { calls, faults, options } = await startCloudTrace(t, 150, clock);
  const fault = faults.inject({ service: 'trace-read', error: 'RESOURCE_EXHAUSTED', times: 5 });
  assert.equal((await readAll(options)).length, 150);
  assert.equal(fault.applied(), 5);
  assert.equal(calls.list, 2);
  assert.ok(clock.sleptMs() >= 31_000);
  // Five attempts that were refused and two that were not: Cloud Trace counts them all.
  const file = join(
    options.cacheDirectory,
    `spent-${encodeURIComponent(`shakesapp-local@${options.rootUrl}`)}.json`,
  );
  const spent: { units: number }[] = JSON.parse(await readFile(file, 'utf8'));
  assert.equal(
    spent.reduce((sum, { units }) => sum + units, 0),
    175,
  );
});

test('a service that stays without quota ends the reading with what was read, and says so', async (t) => {
  const clock = createSleepingClock();
  const { faults, options } = await startCloudTrace(t, 250, clock);
  const source = createCloudTraceSource(options);
  const read: Trace[] = [];
  for await (const trace of source.read(SIGNAL)) {
    read.push(trace);
    if (read.length === 100) faults.inject({ service: 'trace-read', error: 'RESOURCE_EXHAUSTED' });
  }
  assert.equal(read.length, 100);
  assert.match(source.truncated() ?? '', /429 .* 100 traces were read/);

  faults.clear();
  assert.equal((await readAll(options)).length, 250);
});

test('a service that fails now and then is asked again', async (t) => {
  const { faults, options } = await startCloudTrace(t, 10, createSleepingClock());
  faults.inject({ service: 'trace-read', error: 'UNAVAILABLE', times: 3 });
  assert.equal((await readAll(options)).length, 10);
});

test('a service that keeps failing is an error with its reason', async (t) => {
  const { faults, options } = await startCloudTrace(t, 10, createSleepingClock());
  const fault = faults.inject({ service: 'trace-read', error: 'UNAVAILABLE' });
  await assert.rejects(readAll(options), /reading Cloud Trace of shakesapp-local failed/);
  assert.equal(fault.applied(), 8);
});

test('a caller without permission is told how to sign in, at once', async (t) => {
  const { faults, options } = await startCloudTrace(t, 10, createSleepingClock());
  const fault = faults.inject({ service: 'trace-read', error: 'PERMISSION_DENIED' });
  await assert.rejects(readAll(options), /gcloud auth application-default login/);
  assert.equal(fault.applied(), 1);
});

test('a caller without a quota project is told how to name one', async (t) => {
  const message =
    'Your application is authenticating by using local Application Default Credentials. The cloudtrace.googleapis.com API requires a quota project, which is not set by default.';
  const service = await startHttpService(async (_, response) => {
    response.writeHead(403, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { code: 403, message, status: 'PERMISSION_DENIED' } }));
  });
  t.after(service.close);
  const { options } = await startCloudTrace(t, 1, createSleepingClock());
  await assert.rejects(
    readAll({ ...options, rootUrl: service.origin }),
    /gcloud auth application-default set-quota-project shakesapp-local$/,
  );
});

test('a page token that is no longer taken starts the list again', async (t) => {
  const clock = createSleepingClock();
  const { faults, options } = await startCloudTrace(t, 250, clock);
  const traces: Trace[] = [];
  for await (const trace of createCloudTraceSource(options).read(SIGNAL)) {
    traces.push(trace);
    if (traces.length === 100) {
      faults.inject({ service: 'trace-read', error: 'INVALID_ARGUMENT', times: 1 });
    }
  }
  assert.equal(new Set(traces.map(({ traceId }) => traceId)).size, 250);
});

test('--max-traces stops the reading and says so', async (t) => {
  const { calls, options } = await startCloudTrace(t, 500, createSleepingClock());
  const source = createCloudTraceSource({ ...options, mostTraces: 200 });
  assert.equal((await toArray(source.read(SIGNAL))).length, 200);
  assert.match(source.truncated() ?? '', /after 200 traces/);
  assert.equal(calls.list, 2);
});

test('traces that were read are found again on disk, others one by one', async (t) => {
  const { calls, options } = await startCloudTrace(t, 150, createSleepingClock());
  const source = createCloudTraceSource(options);
  await toArray(source.read(SIGNAL));
  const ids = new Set([traceIdOf('trace 7'), traceIdOf('trace 140')]);
  assert.equal((await source.find(ids, SIGNAL)).length, 2);
  assert.equal(calls.get, 0);

  const fresh = createCloudTraceSource({ ...options, sinceMs: options.sinceMs - 1 });
  const found = await fresh.find(new Set([...ids, 'f'.repeat(32)]), SIGNAL);
  assert.deepEqual(
    found.map(({ spans }) => spans.length),
    [2, 2],
  );
});

test('a settled window is not read twice, one that may have grown is', async (t) => {
  const clock = createSleepingClock();
  const { calls, options } = await startCloudTrace(t, 50, clock);
  const endedAgo = (ms: number) => ({ ...options, untilMs: clock.epochMs() - ms });
  const settled = endedAgo(660_000);
  await readAll(settled);
  assert.equal((await readAll({ ...settled, times: 'the same window in other words' })).length, 50);
  assert.equal(calls.list, 1);

  // Ten minutes are what a late span is given.
  const young = endedAgo(540_000);
  await readAll(young);
  assert.equal((await readAll(young)).length, 50);
  assert.equal(calls.list, 3);
});

test('a settled window is kept for a day, and read again where the user wants it', async (t) => {
  const clock = createSleepingClock();
  const { calls, options } = await startCloudTrace(t, 50, clock);
  await readAll(options);
  await sleep(clock, 23 * 3_600_000, SIGNAL);
  await readAll(options);
  assert.equal(calls.list, 1);
  await sleep(clock, 2 * 3_600_000, SIGNAL);
  assert.equal((await readAll(options)).length, 50);
  assert.equal(calls.list, 2);
  await readAll({ ...options, restart: true });
  assert.equal(calls.list, 3);
});

test('what no reader can use any more is removed from the disk', async (t) => {
  const clock = createSleepingClock();
  const { options } = await startCloudTrace(t, 50, clock);
  const folders = async () => {
    const names = await readdir(options.cacheDirectory);
    return names.filter((name) => !name.startsWith('spent-')).length;
  };
  await readAll({ ...options, untilMs: null });
  await readAll({ ...options, untilMs: null, askedAtMs: options.askedAtMs + 1 });
  assert.equal(await folders(), 1, 'a window up to now cannot be used again');
  await readAll(options);
  assert.equal(await folders(), 1, 'a settled one can');
  await sleep(clock, 86_400_000, SIGNAL);
  await readAll({ ...options, untilMs: null, askedAtMs: options.askedAtMs + 2 });
  assert.equal(await folders(), 1, 'for a day');

  const elsewhere = 'spent-other-project.json';
  const file = join(options.cacheDirectory, elsewhere);
  await writeFile(file, '[]');
  await utimes(file, clock.epochMs() / 1_000, clock.epochMs() / 1_000);
  await readAll(options);
  assert.ok((await readdir(options.cacheDirectory)).includes(elsewhere));
  await sleep(clock, 3_660_000, SIGNAL);
  await readAll(options);
  const left = await readdir(options.cacheDirectory);
  assert.ok(!left.includes(elsewhere), 'units of an hour ago count for nobody');
});

test('units that were spent on one window count when another is read', async (t) => {
  const clock = createSleepingClock();
  const { calls, options } = await startCloudTrace(t, 1_200, clock);
  await readAll(options);
  assert.equal(calls.list, 12);
  assert.equal(clock.sleptMs(), 0);
  await readAll({ ...options, sinceMs: options.sinceMs - 1 });
  assert.ok(clock.sleptMs() >= 60_000, `${clock.sleptMs()} ms`);
  assert.equal(calls.refused, 0);
});

test('a list that starts again stays within the quota', async (t) => {
  const clock = createSleepingClock();
  const { calls, faults, options } = await startCloudTrace(t, 1_200, clock);
  let read = 0;
  for await (const _ of createCloudTraceSource(options).read(SIGNAL)) {
    read += 1;
    if (read === 1_100) {
      faults.inject({ service: 'trace-read', error: 'INVALID_ARGUMENT', times: 1 });
    }
  }
  assert.equal(calls.refused, 0);
  assert.equal(calls.list, 23);
});

test('a span that a retried write stored twice comes once', async (t) => {
  const { options, store } = await startCloudTrace(t, 1, createSleepingClock());
  store.write(store.stored(traceIdOf('trace 0')));
  const [trace] = await readAll(options);
  assert.equal(trace?.spans.length, 2);
});

test('what is read equals what was written, but for what the API does not return', async (t) => {
  const { options, store } = await startCloudTrace(t, 0, createSleepingClock());
  const written = requestTrace({ frontEnd: 'stored' });
  store.write(written.spans);
  const [trace] = await readAll(options);
  assert.deepEqual(trace, { ...written, projectId: 'shakesapp-local' });
});

test('an interrupted reader ends at once', async (t) => {
  const clock = createSleepingClock();
  const { options } = await startCloudTrace(t, 250, clock);
  const interrupted = new AbortController();
  const source = createCloudTraceSource(options);
  await assert.rejects(async () => {
    for await (const _ of source.read(interrupted.signal)) interrupted.abort(new Error('stop now'));
  }, /stop now/);
});

test('a sample that was interrupted goes on with the slices that were chosen', async (t) => {
  const clock = createSleepingClock();
  const { calls, options } = await startCloudTrace(t, 3_000, clock);
  // Half a minute of traffic, 100 requests a second, in which 20 pages may be read.
  const asked = { ...options, untilMs: options.sinceMs + 31_000, mostTraces: 2_000, seed: 7 };
  const all = createCloudTraceSource({ ...asked, restart: true });
  const complete = await toArray(all.read(SIGNAL));
  const listed = calls.list;
  assert.match(describeRead(all), /^\d+ of \d+ slices/);

  const broken = createCloudTraceSource({ ...asked, restart: true });
  let read = 0;
  for await (const _ of broken.read(SIGNAL)) {
    read += 1;
    if (read === 300) break;
  }
  const again = createCloudTraceSource(asked);
  const ids = (traces: readonly Trace[]) => traces.map(({ traceId }) => traceId);
  assert.deepEqual(ids(await toArray(again.read(SIGNAL))), ids(complete));
  assert.equal(describeRead(again), describeRead(all));
  assert.equal(calls.list, 2 * listed, 'no page is read twice');
});

const describeRead = (source: ReturnType<typeof createCloudTraceSource>): string => {
  const sample = source.sample?.() ?? null;
  return `${sample?.read.length} of ${sample?.strata.flat().length} slices`;
};
