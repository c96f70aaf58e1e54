import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster, Context } from '../../../../tools/doctor/preflight/check.ts';
import { createGkeTracesCheck } from '../../../../tools/doctor/preflight/checks/traces.ts';
import { explain } from '../../../../tools/doctor/preflight/explain.ts';
import { createGoogleApi } from '../../../../tools/doctor/preflight/google-api.ts';
import { createTraceReader } from '../../../../tools/google/follow.ts';
import { startLocalCloud } from '../../../../tools/local/cloud/local-cloud.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import { createSleepingClock } from '../../sleeping-clock.ts';
import { oneTraceOf } from '../../traces/one-trace-of.ts';
import { MINUTE_MS, requestTrace } from '../../traces/request-trace.ts';

const CLUSTER: Cluster = { location: 'us-central1-f', nodeAccounts: [] };

/** Ten minutes after the traces. */
const clock = createSleepingClock(MINUTE_MS + 600_000);

async function ask(readTraces: () => Promise<readonly Trace[]>, clusters = [CLUSTER]) {
  const { signal } = new AbortController();
  const context: Context = {
    options: {
      ...{ projectId: 'my-project', region: 'us-central1', tag: undefined },
      ...{ gke: false, trace: true },
    },
    api: createGoogleApi({ signer: async () => new Headers(), signal }),
    signal,
    services: new Map(),
    clusters,
  };
  return createGkeTracesCheck(clock, () => readTraces).run(context);
}

const onGke = () => requestTrace({ platform: 'gcp_kubernetes_engine' });

test('a complete trace of the pods is enough', async () => {
  const broken = { ...onGke(), spans: onGke().spans.slice(0, 2) };
  assert.deepEqual(await ask(async () => [broken, onGke()]), []);
});

test('traces of Cloud Run alone lead to the pods', async () => {
  const outcome = await ask(async () => [requestTrace()]);
  assert.deepEqual(outcome, [
    {
      text: 'no trace of the pods in the last 15 minutes',
      fix: 'gcloud container clusters get-credentials otel-trace-codelab --location us-central1-f --project my-project && kubectl -n shakesapp get pods,cronjobs,jobs   # to start a run: kubectl -n shakesapp create job --from=cronjob/trigger by-hand',
    },
  ]);
});

test('traces that are not complete lead to the doctor', async () => {
  const broken = { ...onGke(), spans: onGke().spans.slice(0, 2) };
  assert.deepEqual(await ask(async () => [broken]), [
    {
      text: 'no trace of the pods is complete; 1 arrived',
      fix: 'npx shakesapp doctor --project my-project --since 15m',
    },
  ]);
});

test('every request of a shared trace id is looked at, and the sharing is a finding', async () => {
  const platform = 'gcp_kubernetes_engine';
  const broken = { ...onGke(), spans: onGke().spans.slice(0, 2) };
  const shared = oneTraceOf(broken, requestTrace({ platform, sequence: 1 }), requestTrace());
  assert.deepEqual(await ask(async () => [shared]), [
    {
      text: 'of 2 requests of the pods 1 gave a complete trace; 2 share their trace id with another request',
      fix: 'npx shakesapp doctor --project my-project --since 15m',
    },
  ]);
});

test('traces that the caller cannot read name the role that they lack', async (t) => {
  const cloud = await startLocalCloud();
  t.after(cloud.close);
  cloud.faults.inject({ service: 'trace-read', error: 'PERMISSION_DENIED' });
  const { projectId, region, schedulerAddress, traceReadOrigin } = cloud;
  const local = { schedulerAddress, traceReadOrigin };
  const { signal } = new AbortController();
  const read = createTraceReader({ projectId, region, jobName: '', local }, clock);
  const error = await ask(() => read(0, signal)).catch((reason: unknown) => reason);
  const options = {
    ...{ projectId, region, tag: undefined },
    gke: false,
    trace: true,
  };
  assert.match(explain(error, options).fix ?? '', /--role roles\/cloudtrace\.user$/);
});

test('without a cluster nothing is looked for', async () => {
  const outcome = await ask(async () => assert.fail('read'), []);
  assert.deepEqual(outcome, { skipped: 'not deployed' });
});

test('reads what Cloud Trace holds of the last minutes', async (t) => {
  const cloud = await startLocalCloud();
  t.after(cloud.close);
  cloud.traceStore.write(onGke().spans);
  const { projectId, region, schedulerAddress, traceReadOrigin } = cloud;
  const local = { schedulerAddress, traceReadOrigin };
  const { signal } = new AbortController();
  const read = createTraceReader({ projectId, region, jobName: '', local }, clock);
  assert.deepEqual(await ask(() => read(clock.epochMs() - 900_000, signal)), []);
});
