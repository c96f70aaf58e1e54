import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { runChecks } from '../../../tools/conformance/check.ts';
import { startTestedCloud, type TestedCloud } from '../../../tools/conformance/cloud.ts';
import { createHttpCalls } from '../../../tools/conformance/http-calls.ts';
import { loadgenChecks } from '../../../tools/conformance/loadgen/checks.ts';
import { startStandInClient } from '../../../tools/conformance/loadgen/stand-in-client.ts';
import { WITHIN_MS } from '../../../tools/conformance/polling.ts';
import { findingsOf } from '../../../tools/conformance/render.ts';
import type { LogContent } from '../../../tools/local/platforms/program.ts';
import { type LoadgenParts, RIGHT_LOADGEN, startExampleLoadgen } from './example-loadgen.ts';
import { newTrace } from './example-spans.ts';

/** The findings about a load generator with these parts. */
async function findingsOn(
  t: TestContext,
  tested: TestedCloud,
  parts: Partial<LoadgenParts>,
  withinMs: number = WITHIN_MS,
) {
  const client = await startStandInClient();
  t.after(client.close);
  let variables: Record<string, string> = {};
  const lines: LogContent[] = [];
  const loadgen = await startExampleLoadgen(() => variables, {
    ...RIGHT_LOADGEN,
    write: (summary) => lines.push({ message: 'run finished', summary }),
    ...parts,
  });
  t.after(loadgen.close);
  const at = { host: '127.0.0.1', port: loadgen.port };
  variables = tested.variables(at, { CLIENT_ADDR: client.address }, {});
  const { signal } = new AbortController();
  const { textCounts } = tested;
  const under = { call: createHttpCalls(at, 30_000), client, lines, textCounts, withinMs };
  const checks = loadgenChecks(under, { cloud: tested.cloud, signal });
  return findingsOf(await runChecks(checks, { signal }));
}

const WRONG: Readonly<Record<string, { parts: Partial<LoadgenParts>; finding: string }>> = {
  'answers 503 to its health check': { parts: { health: 503 }, finding: 'loadgen.health' },
  'sends one request a run': { parts: { sends: () => 1 }, finding: 'loadgen.run' },
  'posts its requests': { parts: { method: 'POST' }, finding: 'loadgen.run' },
  'answers before its run is over': { parts: { waits: false }, finding: 'loadgen.run' },
  'sends all requests at once': { parts: { waitsMs: () => 0 }, finding: 'loadgen.interval' },
  'sends however many are unanswered': {
    parts: { maySend: () => true },
    finding: 'loadgen.max-in-flight',
  },
  'takes any body': { parts: { isBody: () => true }, finding: 'loadgen.body' },
  'refuses what it does not know in a body': {
    parts: { accepts: (given) => given.scheduledTime === undefined },
    finding: 'loadgen.scheduled-time',
  },
  'needs all members of a body': {
    parts: { accepts: (given) => given.requests !== undefined && given.intervalMs !== undefined },
    finding: 'loadgen.defaults',
  },
  'refuses an empty object': {
    parts: { emptyBody: '{"requests":2}', accepts: (given) => Object.keys(given).length > 0 },
    finding: 'loadgen.empty-body',
  },
  'leaves the dropped requests out of their number': {
    parts: { sums: (summary) => ({ ...summary, requests: summary.requests - summary.dropped }) },
    finding: 'loadgen.max-in-flight',
  },
  'needs a body': { parts: { emptyBody: undefined }, finding: 'loadgen.empty-body' },
  'answers the same summary always': {
    parts: {
      judge: () => 'ok',
      sums: () => ({ requests: 4, ok: 4, mismatched: 0, failed: 0, dropped: 0 }),
    },
    finding: 'loadgen.summary',
  },
  'asks for a query that nobody knows': {
    parts: { query: () => 'hamlet' },
    finding: 'loadgen.queries',
  },
  'asks for the same query always': {
    parts: { query: (known) => known[0] ?? '' },
    finding: 'loadgen.varied',
  },
  'asks for two of the known queries': {
    parts: { query: (known, index) => known[index % 2] ?? '' },
    finding: 'loadgen.varied',
  },
  'encodes spaces alone': {
    parts: { encode: (query) => encodeURI(query) },
    finding: 'loadgen.queries',
  },
  'encodes its queries twice': {
    parts: { encode: (query) => encodeURIComponent(encodeURIComponent(query)) },
    finding: 'loadgen.queries',
  },
  'counts every answer as ok': {
    parts: { judge: (status) => (status === 200 ? 'ok' : 'failed') },
    finding: 'loadgen.mismatched',
  },
  'counts failed requests as ok': {
    parts: {
      judge: (status, ...counts) => (status === 200 ? RIGHT_LOADGEN.judge(200, ...counts) : 'ok'),
    },
    finding: 'loadgen.failed',
  },
  'answers 500 where requests failed': {
    parts: { status: ({ failed }) => (failed > 0 ? 500 : 200) },
    finding: 'loadgen.status',
  },
  'answers the summary within another object': {
    parts: { answer: (summary) => ({ summary }) },
    finding: 'loadgen.summary',
  },
  'sends a failed request again': { parts: { attempts: 2 }, finding: 'loadgen.once' },
  'closes the connection where requests failed': {
    parts: {
      status({ failed }) {
        assert.equal(failed, 0);
        return 200;
      },
    },
    finding: 'loadgen.status',
  },
  'writes no line of its summary': { parts: { write: () => {} }, finding: 'loadgen.line' },
  'goes on with the trace of the POST': {
    parts: { trace: (_, posted) => posted },
    finding: 'loadgen.one-trace',
  },
  'samples by the flag of the POST': {
    parts: { trace: (_, { sampled }) => ({ ...newTrace(), sampled }) },
    finding: 'loadgen.sampled',
  },
  'makes spans of health checks': {
    parts: { healthMakesSpan: true },
    finding: 'loadgen.health-spans',
  },
  'makes one trace of a run': { parts: { trace: (run) => run }, finding: 'loadgen.one-trace' },
  'sends no b3': {
    parts: { headers: ({ traceparent }) => ({ traceparent }) },
    finding: 'loadgen.headers',
  },
  'names its root by the method': { parts: { root: 'GET' }, finding: 'loadgen.root' },
  'says no expected count': {
    parts: { attributes: (query) => ({ 'shakesapp.query': query }) },
    finding: 'loadgen.attributes',
  },
  'says the expected count as a text': {
    parts: {
      attributes: (query, count) => ({
        ...RIGHT_LOADGEN.attributes(query, count),
        'shakesapp.expected_count': String(count),
      }),
    },
    finding: 'loadgen.attributes',
  },
  'makes its request in a span of kind internal': {
    parts: { kind: 1 },
    finding: 'loadgen.client-span',
  },
  'names another service': { parts: { service: 'my-loadgen' }, finding: 'loadgen.service' },
};

/** Found once the time is over: something never comes. */
const WAITED = /^loadgen\.(line|empty-body|sampled|one-trace)$/;

describe('conformance --loadgen', () => {
  let tested: TestedCloud;
  before(async () => {
    tested = await startTestedCloud('loadgen');
  });
  after(() => tested.close());

  it('finds nothing wrong with a right load generator', async (t) => {
    assert.deepEqual(await findingsOn(t, tested, {}), []);
  });

  for (const [name, { parts, finding }] of Object.entries(WRONG)) {
    it(`finds ${finding} of a load generator that ${name}, and nothing else`, async (t) => {
      const withinMs = WAITED.test(finding) ? 5_000 : WITHIN_MS;
      const found = await findingsOn(t, tested, parts, withinMs);
      assert.deepEqual(
        found.map(({ id }) => id),
        [finding],
      );
    });
  }

  it('says what came in the place of the requests that it asks for', async (t) => {
    const [found] = await findingsOn(t, tested, { path: '//' });
    assert.match(
      found?.finding.came ?? '',
      /^0 requests came to client at CLIENT_ADDR; 4 is right; others came, such as GET \/\/\?q=kestrel; /,
    );
  });
});
