import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SPAN } from '../../lib/telemetry/names.ts';
import { diagnose } from '../../tools/doctor/diagnose.ts';
import type { Trace } from '../../tools/traces/model.ts';
import { runOnce } from '../e2e/run-system.ts';

const REQUESTS = 4;
const PLATFORMS = ['cloud_run', 'gke'] as const;
const PRELOAD =
  '--disable-warning=DEP_GCP_OTEL_TRACE_PROPAGATOR --import ./lib/telemetry/preload.ts';
/** What docs/telemetry.md leaves alone, and --replace sets for other languages. */
const PROPAGATORS = 'OTEL_PROPAGATORS=gcp_trace,tracecontext,b3';
const COMMAND = `${PROPAGATORS} "${process.execPath}" ${PRELOAD} test/examples/client-node/main.ts`;

const TRACE_HEADERS = ['b3', 'traceparent', 'x-cloud-trace-context'];

/** Answers every request, traces none, and keeps the headers as they came. */
async function startNeighbour(t: TestContext) {
  const asked: [name: string, value: string][][] = [];
  const server = createServer(({ rawHeaders }, response) => {
    const names = rawHeaders.filter((_, place) => place % 2 === 0);
    asked.push(names.map((name, place) => [name.toLowerCase(), rawHeaders[2 * place + 1] ?? '']));
    response.end('ok');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

/** The trace and the span that one of the headers names. */
function linkOf(name: string, value: string): string {
  const [, traceId, spanId = ''] =
    /^(?:00-)?([0-9a-f]{32})[-/](\w+)(?:-0?1|;o=1)$/.exec(value) ?? [];
  const isDecimal = name === 'x-cloud-trace-context';
  return `${traceId} ${isDecimal ? BigInt(spanId).toString(16).padStart(16, '0') : spanId}`;
}

const HOPS = [
  'GET / > count',
  `count > ${SPAN.rpc}`,
  'count > GET',
  'count > GET',
  'count > GET',
  'loadgen GET > GET /',
].sort();

/** Of the spans of client, each below its parent. */
function hopsOf({ spans }: Trace): string[] {
  const serviceOf = (span: Trace['spans'][number]) => span.attributes['service.name'];
  return spans
    .filter((span) => serviceOf(span) === 'client')
    .map(({ name, parentSpanId }) => {
      const parent = spans.find(({ spanId }) => spanId === parentSpanId);
      const isCaller = parent !== undefined && serviceOf(parent) !== 'client';
      return `${isCaller ? `${serviceOf(parent)} ` : ''}${parent?.name} > ${name}`;
    })
    .sort();
}

test('a client in Node that uses fetch, undici, http and gRPC keeps its traces complete behind both platforms', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'client-node-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const saved = join(folder, 'traces.ndjson');
  const neighbour = await startNeighbour(t);
  const { results, stdout } = await runOnce(
    t,
    [
      ...['--requests', String(REQUESTS), '--replace', `client=${COMMAND}`],
      ...['--front-end-spans', 'never', '--headers', '--save', saved],
    ],
    { env: { NEIGHBOUR_URL: neighbour.url } },
  );
  for (const name of PLATFORMS) {
    const { ok, wholeTraces, orphanSpans, healthSpans, spansLost } = results.platforms[name] ?? {};
    assert.deepEqual(
      { ok, wholeTraces, orphanSpans, healthSpans, spansLost },
      { ok: REQUESTS, wholeTraces: REQUESTS, orphanSpans: 0, healthSpans: 0, spansLost: 0 },
    );
  }
  const lines = (await readFile(saved, 'utf8')).trimEnd().split('\n').slice(1, -1);
  const traces = lines.map((line): Trace => JSON.parse(line));
  assert.deepEqual(diagnose(traces).findings, []);
  const requests = traces.filter(({ spans }) => spans.some(({ name }) => name === SPAN.loadgen));
  assert.equal(requests.length, PLATFORMS.length * REQUESTS);
  for (const trace of requests) assert.deepEqual(hopsOf(trace), HOPS);

  const linked = neighbour.asked.map((headers) => {
    const ours = headers.filter(([name]) => TRACE_HEADERS.includes(name));
    assert.deepEqual(ours.map(([name]) => name).sort(), TRACE_HEADERS, 'each header once');
    const links = new Set(ours.map(([name, value]) => linkOf(name, value)));
    assert.equal(links.size, 1, `they name different spans: ${[...links]}`);
    return [...links].join();
  });
  const sent = requests.flatMap(({ traceId, spans }) =>
    spans
      .filter(({ name, attributes }) => name === 'GET' && attributes['service.name'] === 'client')
      .map(({ spanId }) => `${traceId} ${spanId}`),
  );
  assert.deepEqual(linked.sort(), sent.sort());

  const [, metadata = ''] = stdout.split('client → server, gRPC metadata\n');
  assert.match(metadata, /^ +x-cloud-trace-context +sent +[0-9a-f]{32}\/\d+;o=1$/m);
  assert.match(metadata, /^ +traceparent +sent +00-[0-9a-f]{32}-[0-9a-f]{16}-01$/m);
  assert.match(metadata, /^ +b3 +unchanged +[0-9a-f]{32}-[0-9a-f]{16}-1$/m);
});
