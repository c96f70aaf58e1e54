import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Clock } from '../../../../lib/clock.ts';
import { createFaults } from '../../../../tools/local/cloud/faults.ts';
import { createTokenIssuer } from '../../../../tools/local/cloud/identity/tokens.ts';
import { createQuota, type Quota, READ_UNITS } from '../../../../tools/local/cloud/trace/quota.ts';
import { startTraceRead } from '../../../../tools/local/cloud/trace/read.ts';
import { createTraceStore } from '../../../../tools/local/cloud/trace/store.ts';
import type { CloudTraceOptions } from '../../../../tools/traces/sources/cloud-trace.ts';
import { MINUTE_MS, requestTrace, traceIdOf } from '../request-trace.ts';

/** A local Cloud Trace that holds so many small traces, with the real quota by this clock. */
export async function startCloudTrace(t: TestContext, traces: number, clock: Clock) {
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
    clock,
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
    times: '30m',
    askedAtMs: clock.epochMs(),
    sinceMs: MINUTE_MS - 1_000,
    untilMs: MINUTE_MS + 3_600_000,
    // So many that no sample is looked for.
    mostTraces: 2_000_000,
    mostRuns: null,
    seed: 1,
    restart: false,
    clock,
  };
  return { calls, faults, options, store };
}
