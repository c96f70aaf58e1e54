import { appendFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchDescriptors } from './descriptors.ts';
import { FORM, type Form } from './form.ts';
import { checkResult, logsOf } from './invariants.ts';
import { postRun, runLoad } from './load.ts';
import { type Result, summarise } from './result.ts';
import type { Row } from './row.ts';
import { type System, startSystem } from './system.ts';
import { watchSystem } from './watch.ts';

/**
 * # How to write a row
 *
 * A row states a fault, the load meanwhile, and what must hold. A file of `rows/` holds one row, or
 * a few of one kind:
 *
 *     import { faultRow } from '../harness.ts';
 *     import { byForm } from '../form.ts';
 *
 *     faultRow({
 *       name: 'Cloud Trace refuses connections and loses nothing',
 *       load: { perSecond: 10, seconds: byForm(5, 80) },
 *       fault: {
 *         afterSeconds: 1,
 *         forSeconds: byForm(2, 60),
 *         start: ({ links }) => links.trace.set('refuse'),
 *         stop: ({ links }) => links.trace.set('pass'),
 *       },
 *       expect: { documented: [] },
 *     });
 *
 * The harness starts the local cloud and the three real programs (`system.ts`), warms them up, holds
 * the load, starts and stops the fault, and sends SIGTERM in the order of the calls. It compares what
 * each program counted with the span ids that the store holds, and checks what must hold in every row
 * (`invariants.ts`): no wrong count; no request that fails in a way that is not `documented`; started = stored +
 * lost + unknown; the store between stored and stored + unknown; exit 0; at most 450 MB; descriptors
 * as before the load (`descriptors.ts`); at most 3 attempts of a request at one object or page of
 * Storage. A row states only where it differs: `lost`,
 * `unknown`, `shed` and `broken` are 0 by default.
 *
 * A fault that ends by itself, within `start`, needs neither `forSeconds` nor `stop`.
 *
 * # What a fault can use
 *
 * - `system.links.NAME.set(…)`: what TCP does on a link (`fault-proxy.ts`). The links are
 *   `trace`, `otlp`, `storage`, `metadata` (from every program), `client` (loadgen → client) and
 *   `server` (client → server). `target(port)` leads new connections elsewhere.
 * - `system.backends.NAME.intercept(…)`: answers calls to `storage` or `metadata` in the backend's
 *   place. Each call says which attempt of its request it is (`backend-front.ts`).
 * - `system.cloud.faults.inject({ service, operation, error, delayMs, … })`: what a service answers.
 *   `system.cloud.storage.objects.put(…)` and `remove(…)`: what the bucket holds.
 * - `system.programs.NAME`: `signal`, `freeze`, `thaw`, `stop`, `line(…)`, `answer(…)`, and
 *   `system.start(NAME)`, which starts another process and leads new connections there.
 * - `system: { env: { all: {…}, server: {…} }, settings: { exporter: 'otlp' } }`: how the programs
 *   are set up. Their deadlines are long by default, so that a busy machine meets them.
 * - `system: { identity: true }` puts TLS and a check of ID tokens before client and server, as between
 *   services of Cloud Run; `system.fronts.client.refused()` counts by status.
 * - `load` may be a function: `loadUntilOver(perSecond)` holds the load for as long as `start` of the
 *   fault takes (it may wait for events, such as a rule's `applied()`) and 2 s longer; `postRun` is one
 *   POST to loadgen. `check(result, system)` asserts whatever else must hold.
 *
 * # Rules
 *
 * - No expectation depends on speed: a busy machine of two cores runs these. Time is printed, and
 *   bounded only in the full form, with room.
 * - The quick form has one row of a kind, which takes a few seconds (`byForm`). The others of its
 *   kind, and those that need much CPU, have `form: 'full'`. The quick form needs at most 240 s of
 *   CPU in all, so that it ends within 4 minutes.
 * - A row that takes longer than 20 s in the full form goes to `rows/long/`, where rows run side by
 *   side, and only in the full form. The soak goes on beside all others.
 * - A row that finds a fault of the product stays red until the product is right.
 *
 * `npm run test:faults -- --list`, `--row NAME`, `--full` and `--help`; the table comes at the end.
 */
export function faultRow(row: Row): void {
  const { name, form = 'both' } = row;
  if (process.env.FAULTS_LIST) listedRows.push({ name, form });
  else if (form === 'both' || form === FORM) registerRow(row);
}

function registerRow(row: Row): void {
  test(row.name, async (t) => {
    const startedMs = Date.now();
    const system = await startSystem(row.system);
    t.after(system.close);
    try {
      const result = await measure(row, system, startedMs);
      record(result);
      checkResult(result, row.expect);
      row.expect.check?.(result, system);
    } catch (error) {
      t.diagnostic(logsOf(Object.values(system.programs)));
      throw error;
    }
  });
}

/** With FAULTS_LIST set, what the files that were imported hold. */
export const listedRows: { name: string; form: Form | 'both' }[] = [];

async function measure(row: Row, system: System, startedMs: number): Promise<Result> {
  await row.prepare?.(system);
  const warmUp = row.warmUp ?? 2;
  if (warmUp > 0) {
    const { ok } = await postRun(system, { requests: warmUp, intervalMs: 0, maxInFlight: 1_000 });
    if (ok !== warmUp) throw new Error(`the warm-up failed: ${ok} of ${warmUp} requests are right`);
  }
  const descriptorsHeld = watchDescriptors(system);
  const watch = watchSystem(system);
  const { load, fault } = row;
  const over = new AbortController();
  const loading = typeof load === 'function' ? load(system, over.signal) : runLoad(system, load);
  const striking = async () => {
    if (fault) {
      await sleep(fault.afterSeconds * 1_000);
      await fault.start(system);
      await sleep((fault.forSeconds ?? 0) * 1_000);
      await fault.stop?.(system);
    }
    watch.faultEnded();
  };
  const struck = striking().finally(() => over.abort());
  const [requests] = await Promise.all([loading, struck]);
  const descriptors = await descriptorsHeld();
  const ended = await system.stop();
  const figures = watch.stop(requests.asked);
  const traces = system.cloud.traceStore.traces();
  const seconds = Math.round((Date.now() - startedMs) / 100) / 10;
  return summarise({ row, requests, descriptors, ended, traces, figures, seconds });
}

/** For the table at the end, which is written by the process that runs the files. */
function record(result: Result): void {
  const file = process.env.FAULTS_RESULTS;
  if (file) appendFileSync(file, `${JSON.stringify(result)}\n`);
}
