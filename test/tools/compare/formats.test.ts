import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { requestTraces } from '../../../tools/bench/request-traces.ts';
import { CLOUD_RUN, GKE } from '../../../tools/compare/cohorts/cohort.ts';
import { compareSource } from '../../../tools/compare/compare.ts';
import type { Trace } from '../../../tools/traces/model.ts';
import { openFiles } from '../../../tools/traces/sources/files.ts';
import { WRITERS } from '../traces/sources/foreign-writers.ts';

const RUNS = 8;
const REQUESTS_PER_RUN = 6;
/** Of a run, as simulated; and of both platforms' spans of one request. */
const OF_RUN = 50;
const OF_PAIR = 22;

/** One request of each run fails, as the caller says it. */
const FAILED = { 'error.type': 'http_500', 'http.response.status_code': '500' };

/** Requests of both platforms, in full microseconds; on Cloud Run all takes `factor` times as long. */
function simulated(factor: number): readonly Trace[] {
  const traces: Trace[] = [];
  let index = 0;
  for (const trace of requestTraces(RUNS * OF_RUN * OF_PAIR)) {
    const pair = Math.floor(index / 2);
    const isCloudRun = index % 2 === 0;
    index += 1;
    if (pair % OF_RUN >= REQUESTS_PER_RUN) continue;
    const zeroMs = trace.spans[0]?.startMs ?? 0;
    const at = (ms: number) =>
      Math.round((zeroMs + (ms - zeroMs) * (isCloudRun ? factor : 1)) * 1_000) / 1_000;
    const failed = pair % OF_RUN === 3;
    const spans = trace.spans.map((span, place) => ({
      ...span,
      startMs: at(span.startMs),
      endMs: at(span.endMs),
      attributes: { ...span.attributes, ...(failed && place === 0 && FAILED) },
      status: { error: failed && place === 0 },
    }));
    traces.push({ ...trace, spans });
  }
  return traces;
}

async function compareFile(t: TestContext, document: object) {
  const folder = await mkdtemp(join(tmpdir(), 'formats-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'in');
  await writeFile(path, JSON.stringify(document));
  const { signal } = new AbortController();
  const cohorts = { a: CLOUD_RUN, b: GKE };
  return compareSource(await openFiles([path]), { cohorts, signal, ofFiles: true });
}

const EXPECTED = [
  ['no difference', 1, 'no-difference-seen'],
  ['a shift of 30 %', 1.3, 'b-faster'],
] as const;

for (const [what, factor, verdict] of EXPECTED) {
  test(`${what} gives the same verdict and the same figures through every format`, async (t) => {
    const traces = simulated(factor);
    let first: object | undefined;
    for (const [name, write] of Object.entries(WRITERS)) {
      const { source, overall, hops, cohorts, failures } = await compareFile(t, write(traces));
      assert.equal(source.format, name.replace(/, .*/, ''));
      assert.equal(overall.verdict, verdict, name);
      assert.deepEqual([cohorts.a.whole, cohorts.a.errors], [RUNS * REQUESTS_PER_RUN, RUNS], name);
      const figures = {
        overall,
        hops,
        cohorts,
        failures: failures.map(({ requests }) => requests),
      };
      first ??= figures;
      assert.deepEqual(figures, first, name);
    }
  });
}
