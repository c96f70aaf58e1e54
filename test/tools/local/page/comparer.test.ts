import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createComparer } from '../../../../tools/local/page/comparer.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import { requestTrace } from '../../traces/request-trace.ts';

const TRACES = [0, 1, 2, 3, 4, 5].flatMap((run) =>
  [0, 1, 2, 3].flatMap((sequence) =>
    (['gcp_cloud_run', 'gcp_kubernetes_engine'] as const).map((platform) =>
      requestTrace({ platform, run, sequence }),
    ),
  ),
);

function create(t: TestContext) {
  const comparer = createComparer('shakesapp-local');
  t.after(() => comparer.close());
  return comparer;
}

test('compares without holding up the thread that the platforms run in', async (t) => {
  const comparer = create(t);
  const many = Array.from({ length: 40 }, (_, copy) =>
    TRACES.map((trace) => ({ ...trace, traceId: trace.traceId.replace(/^../, `${10 + copy}`) })),
  ).flat();
  let ended = false;
  let turns = 0;
  const rendered = comparer.render({ traces: many, of: many.length }).finally(() => {
    ended = true;
  });
  while (!ended) {
    await new Promise(setImmediate);
    turns += 1;
  }
  const { verdict } = await rendered;
  assert.match(verdict, /\(local\)/);
  // On this thread it would be one turn or two.
  assert.ok(turns > 20, `${turns} turns of the event loop`);
});

test('says on the page why a comparison failed, and compares the next one', async (t) => {
  const comparer = create(t);
  const broken = { ...TRACES[0], spans: null } as unknown as Trace;
  const failed = await comparer.render({ traces: [broken], of: 1 });
  assert.match(failed.verdict, /The comparison failed: /);
  const { evidence } = await comparer.render({ traces: TRACES, of: TRACES.length });
  assert.match(evidence, /<table/);
});

test('hands on which platform runs alone', async (t) => {
  const comparer = createComparer('shakesapp-local', 'gke');
  t.after(() => comparer.close());
  const { verdict } = await comparer.render({ traces: [], of: 0 });
  assert.match(verdict, /Only GKE \(local\) runs/);
});

test('nothing runs on after it was closed', async () => {
  const comparer = createComparer('shakesapp-local');
  const rendered = comparer.render({ traces: TRACES, of: TRACES.length });
  const failed = assert.rejects(rendered, /the comparison worker exited/);
  await comparer.close();
  await failed;
});
