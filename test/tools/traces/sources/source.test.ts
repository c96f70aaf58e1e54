import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOUD_RUN, GKE } from '../../../../tools/compare/cohorts/cohort.ts';
import { compareSource } from '../../../../tools/compare/compare.ts';
import type { SourceDescription } from '../../../../tools/traces/sources/source.ts';
import { consoleUrl, type TraceSource } from '../../../../tools/traces/sources/source.ts';
import { requestTrace } from '../request-trace.ts';

const REAL: SourceDescription = {
  kind: 'cloud-trace',
  name: 'my-project',
  local: false,
  since: null,
  until: null,
};
const TRACE = { ...requestTrace(), projectId: 'my-project' };
const URL_OF_TRACE = `https://console.cloud.google.com/traces/explorer;traceId=${TRACE.traceId}?project=my-project`;

const sourceOf = (description: SourceDescription): TraceSource => ({
  describe: () => description,
  readAtMs: () => null,
  async *read() {
    yield TRACE;
  },
  find: async () => [TRACE],
  truncated: () => null,
  deviations: () => [],
});

test('a trace of the real Cloud Trace is opened in its project, a stand-in of it nowhere', () => {
  assert.equal(consoleUrl(REAL, TRACE), URL_OF_TRACE);
  assert.equal(
    consoleUrl(REAL, { traceId: 'a/b?c', projectId: 'p&q' }),
    'https://console.cloud.google.com/traces/explorer;traceId=a%2Fb%3Fc?project=p%26q',
  );
  assert.equal(consoleUrl({ ...REAL, local: true }, TRACE), null);
  assert.equal(consoleUrl({ ...REAL, kind: 'memory' }, TRACE), null);
});

test('recent traces and those that are drawn carry the link', async () => {
  const { signal } = new AbortController();
  const cohorts = { a: CLOUD_RUN, b: GKE };
  const linked = await compareSource(sourceOf(REAL), { cohorts, signal });
  assert.equal(linked.recent[0]?.consoleUrl, URL_OF_TRACE);
  const drawn = linked.exemplars.a.median ?? linked.coldExemplars.a.median;
  assert.equal(drawn?.consoleUrl, URL_OF_TRACE);
});
