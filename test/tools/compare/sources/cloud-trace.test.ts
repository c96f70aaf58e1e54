import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import type { Trace } from '../../../../tools/compare/model.ts';
import type { Clock } from '../../../../tools/compare/sources/clock.ts';
import {
  type CloudTraceOptions,
  createCloudTraceSource,
} from '../../../../tools/compare/sources/cloud-trace.ts';
import { createFaults } from '../../../../tools/local/cloud/faults.ts';
import { startHttpService } from '../../../../tools/local/cloud/http-service.ts';
import { createQuota, type Quota, READ_UNITS } from '../../../../tools/local/cloud/quota.ts';
import { createTokenIssuer } from '../../../../tools/local/cloud/tokens.ts';
import { startTraceRead } from '../../../../tools/local/cloud/trace-read.ts';
import { createTraceStore } from '../../../../tools/local/cloud/trace-store.ts';
import { MINUTE_MS, requestTrace, traceIdOf } from '../request-trace.ts';
import { toArray } from './to-array.ts';

const SIGNAL = new AbortController().signal;

/** Time that passes only by sleeping, so that minutes of quota take no time. */
function createTestClock(startMs = Date.now()): Clock & { sleptMs: () => number } {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
    sleptMs: () => nowMs - startMs,
  };
}

/** A local Cloud Trace that holds so many small traces, with the real quota by this clock. */
async function startCloudTrace(t: TestContext, traces: number, clock: Clock) {
  const store = createTraceStore();
  const [root, child] = requestTrace().spans;
  assert.ok(root && child);
  for (let index = 0; index < traces; index += 1) {
    const traceId = traceIdOf(`trace ${index}`);
    const atMs = index * 10;
    store.write(
      [root, child].map((span) => ({
        ...span,
        traceId,
        startMs: span.startMs + atMs,
        endMs: span.endMs + atMs,
      })),
    );
  }
  const calls = { list: 0, get: 0, refused: 0 };
  const limit = createQuota({
    metric: 'Read units',
    perMinute: 300,
    projectNumber: '1',
    clock: () => clock.nowMs(),
  });
  const quota: Quota = {
    used: limit.used,
    take(units) {
      try {
        limit.take(units);
      } catch (error) {
        calls.refused += 1;
        throw error;
      }
      calls[units === READ_UNITS.list ? 'list' : 'get'] += 1;
    },
  };
  const faults = createFaults();
  const tokens = await createTokenIssuer();
  const service = await startTraceRead({ store, projectNumber: '1', tokens, quota, faults });
  t.after(() => service.close());
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'trace-cache-'));
  t.after(() => rm(cacheDirectory, { recursive: true, force: true }));
  const options: CloudTraceOptions = {
    projectId: 'shakesapp-local',
    rootUrl: service.origin,
    cacheDirectory,
    window: { since: '30m' },
    sinceMs: MINUTE_MS - 1_000,
    untilMs: MINUTE_MS + 3_600_000,
    mostTraces: 100_000,
    clock,
  };
  return { calls, faults, options, store };
}

async function readAll(options: CloudTraceOptions): Promise<Trace[]> {
  return toArray(createCloudTraceSource(options).read(SIGNAL));
}

test('5,000 traces are read within the quota, in the fewest units and without one 429', async (t) => {
  const clock = createTestClock();
  const { calls, options } = await startCloudTrace(t, 5_000, clock);
  const traces = await readAll(options);
  assert.equal(new Set(traces.map(({ traceId }) => traceId)).size, 5_000);
  assert.deepEqual(calls, { list: 50, get: 0, refused: 0 });
  // 1,250 units at 300 a minute: four full minutes of waiting, and no more than a few seconds over.
  assert.ok(clock.sleptMs() >= 240_000 && clock.sleptMs() < 250_000, `${clock.sleptMs()} ms`);
});

test('what a killed reader had read is not read again, and its units still count', async (t) => {
  const clock = createTestClock();
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
  assert.match(heard[0] ?? '', /1200 traces were read before/);
});

test('others who spend the same quota cost time, not an error', async (t) => {
  const clock = createTestClock();
  const { calls, faults, options } = await startCloudTrace(t, 150, clock);
  const fault = faults.inject({ service: 'trace-read', error: 'RESOURCE_EXHAUSTED', times: 5 });
  assert.equal((await readAll(options)).length, 150);
  assert.equal(fault.applied(), 5);
  assert.equal(calls.list, 2);
  assert.ok(clock.sleptMs() >= 31_000);
});

test('a service that stays without quota ends the reading with what was read, and says so', async (t) => {
  const clock = createTestClock();
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
  const { faults, options } = await startCloudTrace(t, 10, createTestClock());
  faults.inject({ service: 'trace-read', error: 'UNAVAILABLE', times: 3 });
  assert.equal((await readAll(options)).length, 10);
});

test('a service that keeps failing is an error with its reason', async (t) => {
  const { faults, options } = await startCloudTrace(t, 10, createTestClock());
  const fault = faults.inject({ service: 'trace-read', error: 'UNAVAILABLE' });
  await assert.rejects(readAll(options), /reading Cloud Trace of shakesapp-local failed/);
  assert.equal(fault.applied(), 8);
});

test('a caller without permission is told how to sign in, at once', async (t) => {
  const { faults, options } = await startCloudTrace(t, 10, createTestClock());
  const fault = faults.inject({ service: 'trace-read', error: 'PERMISSION_DENIED' });
  await assert.rejects(readAll(options), /gcloud auth application-default login/);
  assert.equal(fault.applied(), 1);
});

test('a caller without credentials is told to sign in, at once', async (t) => {
  const { options } = await startCloudTrace(t, 1, createTestClock());
  const child = spawn(
    process.execPath,
    ['tools/compare/main.ts', '--project', 'my-project', '--save', '/dev/null'],
    { env: { HOME: options.cacheDirectory, METADATA_SERVER_DETECTION: 'none' }, timeout: 20_000 },
  );
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 1, stderr);
  assert.match(stderr, /no usable credentials, cure: gcloud auth application-default login$/m);
});

test('a caller without a quota project is told how to name one', async (t) => {
  const message =
    'Your application is authenticating by using local Application Default Credentials. The cloudtrace.googleapis.com API requires a quota project, which is not set by default.';
  const service = await startHttpService(async (_, response) => {
    response.writeHead(403, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { code: 403, message, status: 'PERMISSION_DENIED' } }));
  });
  t.after(service.close);
  const { options } = await startCloudTrace(t, 1, createTestClock());
  await assert.rejects(
    readAll({ ...options, rootUrl: service.origin }),
    /gcloud auth application-default set-quota-project shakesapp-local$/,
  );
});

test('a page token that is no longer taken starts the list again', async (t) => {
  const clock = createTestClock();
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
  const { calls, options } = await startCloudTrace(t, 500, createTestClock());
  const source = createCloudTraceSource({ ...options, mostTraces: 200 });
  assert.equal((await toArray(source.read(SIGNAL))).length, 200);
  assert.match(source.truncated() ?? '', /after 200 traces/);
  assert.equal(calls.list, 2);
});

test('traces that were read are found again on disk, others one by one', async (t) => {
  const { calls, options } = await startCloudTrace(t, 150, createTestClock());
  const source = createCloudTraceSource(options);
  await toArray(source.read(SIGNAL));
  const ids = new Set([traceIdOf('trace 7'), traceIdOf('trace 140')]);
  assert.equal((await source.find(ids, SIGNAL)).length, 2);
  assert.equal(calls.get, 0);

  const fresh = createCloudTraceSource({ ...options, window: { since: '1h' } });
  const found = await fresh.find(new Set([...ids, 'f'.repeat(32)]), SIGNAL);
  assert.deepEqual(
    found.map(({ spans }) => spans.length),
    [2, 2],
  );
});

test('a settled window is not read twice, one that may have grown is', async (t) => {
  const clock = createTestClock();
  const { calls, options } = await startCloudTrace(t, 50, clock);
  const past = { ...options, untilMs: clock.nowMs() - 3_600_000 };
  await readAll(past);
  assert.equal((await readAll(past)).length, 50);
  assert.equal(calls.list, 1);

  const now = { ...options, untilMs: null, window: { since: '2h' } };
  await readAll(now);
  await readAll(now);
  assert.equal(calls.list, 3);
});

test('a span that a retried write stored twice comes once', async (t) => {
  const { options, store } = await startCloudTrace(t, 1, createTestClock());
  store.write(store.stored(traceIdOf('trace 0')));
  const [trace] = await readAll(options);
  assert.equal(trace?.spans.length, 2);
});

test('what is read equals what was written, but for what the API does not return', async (t) => {
  const { options, store } = await startCloudTrace(t, 0, createTestClock());
  const written = requestTrace({ frontEnd: 'stored' });
  store.write(written.spans);
  const [trace] = await readAll(options);
  assert.deepEqual(trace, { ...written, projectId: 'shakesapp-local' });
});

test('an interrupted reader ends at once', async (t) => {
  const clock = createTestClock();
  const { options } = await startCloudTrace(t, 250, clock);
  const interrupted = new AbortController();
  const source = createCloudTraceSource(options);
  await assert.rejects(async () => {
    for await (const _ of source.read(interrupted.signal)) interrupted.abort(new Error('stop now'));
  }, /stop now/);
});
