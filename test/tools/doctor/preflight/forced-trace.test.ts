import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Clock } from '../../../../lib/clock.ts';
import { ATTR } from '../../../../lib/telemetry/names.ts';
import type { Context } from '../../../../tools/doctor/preflight/check.ts';
import { createForcedTraceCheck } from '../../../../tools/doctor/preflight/checks/traces.ts';
import { createGoogleApi } from '../../../../tools/doctor/preflight/google-api.ts';
import { startHttpService } from '../../../../tools/local/cloud/http-service.ts';
import { type LocalCloud, startLocalCloud } from '../../../../tools/local/cloud/local-cloud.ts';
import { TRACE_QUOTAS } from '../../../../tools/local/cloud/trace/quota.ts';
import { createSchedulerJob } from '../../../../tools/local/scheduler-job.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import { createRecordedProgress } from '../../google/desk.ts';
import { createSleepingClock } from '../../sleeping-clock.ts';
import { CLOUD_RUN, healthyTraces } from '../healthy-traces.ts';

/** One moment for the clock of the check and for the spans, whatever minute it is by then. */
const NOW_MS = Date.now();

/**
 * A local cloud whose job posts to a loadgen that stores what `answer` makes of a complete trace. No
 * time passes for the check before it has.
 */
async function start(t: TestContext, answer: (trace: Trace) => Trace | undefined) {
  // The test's two minutes pass in a moment, a quota's do not.
  const cloud = await startLocalCloud({
    quotas: { ...TRACE_QUOTAS, readUnitsPerMinute: 100_000 },
  });
  t.after(cloud.close);
  const delivered = Promise.withResolvers<void>();
  const loadgen = await startHttpService(async (_, response) => {
    const trace = answer(wholeTraceNow());
    if (trace) cloud.traceStore.write(trace.spans);
    response.end('{}');
    delivered.resolve();
  });
  t.after(loadgen.close);
  const job = await createSchedulerJob({
    address: cloud.schedulerAddress,
    projectId: cloud.projectId,
    region: cloud.region,
    uri: `${loadgen.origin}/`,
    audience: loadgen.origin,
    serviceAccountEmail: cloud.serviceAccount('scheduler'),
    schedule: '0 0 1 1 *',
    body: { requests: 1, intervalMs: 0 },
  });
  t.after(job.close);
  return { cloud, delivered: delivered.promise };
}

function wholeTraceNow(): Trace {
  const trace = healthyTraces().find(({ traceId }) => traceId === CLOUD_RUN);
  assert.ok(trace);
  const shiftMs = NOW_MS - Math.max(...trace.spans.map(({ endMs }) => endMs));
  const minute = new Date(Math.floor(NOW_MS / 60_000) * 60_000).toISOString();
  const spans = trace.spans.map((span) => ({
    ...span,
    startMs: span.startMs + shiftMs,
    endMs: span.endMs + shiftMs,
    attributes: span.attributes[ATTR.scheduledMinute]
      ? { ...span.attributes, [ATTR.scheduledMinute]: minute }
      : span.attributes,
  }));
  return { ...trace, spans };
}

async function ask({ cloud, delivered }: { cloud: LocalCloud; delivered: Promise<void> }) {
  const { signal } = new AbortController();
  const context: Context = {
    options: {
      projectId: cloud.projectId,
      region: cloud.region,
      tag: undefined,
      gke: false,
      trace: true,
    },
    api: createGoogleApi({ signer: async () => new Headers(), signal }),
    signal,
    services: new Map(),
    clusters: [],
  };
  const { schedulerAddress, traceReadOrigin } = cloud;
  const time = createSleepingClock(NOW_MS);
  const clock: Clock = {
    ...time,
    after(delayMs, callback) {
      void delivered.then(() => time.after(delayMs, callback));
      return () => {};
    },
  };
  const outcome = await createForcedTraceCheck(createRecordedProgress().progress, {
    local: { schedulerAddress, traceReadOrigin },
    clock,
    jobId: 'shakesapp-load',
  }).run(context);
  assert.ok(!('skipped' in outcome));
  return outcome;
}

test('a run that gives complete traces passes', async (t) => {
  const setup = await start(t, (trace) => trace);
  assert.deepEqual(await ask(setup), []);
});

test('a run whose traces lack a span names the command that looks at them', async (t) => {
  const setup = await start(t, (trace) => ({
    ...trace,
    spans: trace.spans.filter(({ name }) => name !== 'works.search'),
  }));
  const [finding] = await ask(setup);
  assert.match(finding?.text ?? '', /of 1 requests 1 gave a trace, 0 a complete one/);
  assert.equal(finding?.fix, `npx shakesapp doctor --project ${setup.cloud.projectId} --since 10m`);
});

test('requests of a run that share a trace id are a finding, though all are complete', async (t) => {
  const setup = await start(t, (trace) => ({
    ...trace,
    spans: [
      ...trace.spans,
      ...trace.spans.map((span) => ({
        ...span,
        spanId: moved(span.spanId),
        ...(span.parentSpanId !== undefined && { parentSpanId: moved(span.parentSpanId) }),
        attributes: {
          ...span.attributes,
          ...(span.attributes[ATTR.frontEndSpanId] !== undefined && {
            [ATTR.frontEndSpanId]: moved(span.attributes[ATTR.frontEndSpanId] ?? ''),
          }),
        },
      })),
    ],
  }));
  const [finding] = await ask(setup);
  assert.match(
    finding?.text ?? '',
    /of 1 requests 2 gave a trace, 2 a complete one, 0 an error; 2 share their trace id/,
  );
  assert.match(finding?.fix ?? '', /^npx shakesapp doctor /);
});

const moved = (id: string) => id.replace(/^./, (digit) => (digit === 'f' ? 'e' : 'f'));

test('a run without traces sends to what the schedule and loadgen said', async (t) => {
  const setup = await start(t, () => undefined);
  const [finding] = await ask(setup);
  assert.match(finding?.text ?? '', /of 1 requests 0 gave a trace/);
  assert.match(finding?.fix ?? '', /^gcloud scheduler jobs describe shakesapp-load /);
  assert.match(finding?.fix ?? '', /gcloud run services logs read loadgen /);
});

test('a job that is not there is said to be missing', async (t) => {
  const cloud = await startLocalCloud();
  t.after(cloud.close);
  const [finding] = await ask({ cloud, delivered: Promise.resolve() });
  assert.match(finding?.text ?? '', /^there is no job .*shakesapp-load/);
});

test('traces that the caller cannot read name the role that they lack', async (t) => {
  const setup = await start(t, (trace) => trace);
  setup.cloud.faults.inject({ service: 'trace-read', error: 'PERMISSION_DENIED' });
  const [finding] = await ask(setup);
  assert.match(finding?.text ?? '', /^reading Cloud Trace of \S+ failed/);
  assert.equal(
    finding?.fix,
    `gcloud projects add-iam-policy-binding ${setup.cloud.projectId} --condition None --member "user:$(gcloud config get account)" --role roles/cloudtrace.user`,
  );
});

test('a job without permission to control it names the role that they lack', async (t) => {
  const setup = await start(t, (trace) => trace);
  setup.cloud.faults.inject({ service: 'scheduler', error: 'PERMISSION_DENIED' });
  const [finding] = await ask(setup);
  assert.match(finding?.text ?? '', /^permission denied to control /);
  assert.match(finding?.fix ?? '', /--role roles\/cloudscheduler\.admin$/);
});
