import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose } from '../../../../tools/doctor/diagnose.ts';
import type { Finding } from '../../../../tools/doctor/findings.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import { change, remove, set, shift } from '../changes.ts';
import { DEFECTS } from '../defects.ts';
import { CLOUD_RUN, healthyTraces } from '../healthy-traces.ts';

const tracesOf = (name: string) =>
  DEFECTS.find(({ file }) => file === name)?.traces ?? assert.fail(name);

/** The request on Cloud Run again under another id, later. */
const again = (traces: readonly Trace[], digit: string, laterMs: number): readonly Trace[] =>
  traces
    .filter(({ traceId }) => traceId === CLOUD_RUN)
    .map((trace) => ({
      ...trace,
      traceId: digit.repeat(32),
      spans: trace.spans.map((span) => ({ ...shift(laterMs)(span), traceId: digit.repeat(32) })),
    }));

function onlyFinding(traces: readonly Trace[]): Finding {
  const { findings } = diagnose(traces);
  assert.deepEqual(
    findings.map(({ id }) => id),
    ['failed-requests'],
  );
  return findings[0] ?? assert.fail();
}

test('says how many of a platform’s requests failed, how, where, and since when', () => {
  const refused = tracesOf('no-instance-free-429');
  const found = onlyFinding([
    ...refused,
    ...again(healthyTraces(), '6', 30_000),
    ...again(refused, '7', 60_000),
  ]);
  assert.equal(
    found.finding,
    '2 of 3 requests on Cloud Run failed with status 429: loadgen was answered status 429, and ' +
      'client has no span. The first began at 2026-11-20T10:15:00Z, the last at ' +
      '2026-11-20T10:16:00Z; 1 other request began in between.',
  );
  assert.match(found.cause, /^No instance of client had room: .* 1 other trace here has spans of/);
  assert.doesNotMatch(`${found.cause}${found.fix}`, /sampler|instrument|permission/);
  assert.equal(found.count, 2);
  assert.equal(found.exemplar?.traceId, CLOUD_RUN);
});

test('between pods no platform is said to have refused a call', () => {
  const onGke = tracesOf('no-instance-free-429')
    .filter(({ traceId }) => traceId === CLOUD_RUN)
    .map((trace) => ({
      ...trace,
      spans: trace.spans.map((span) => ({
        ...span,
        attributes: { ...span.attributes, 'cloud.platform': 'gcp_kubernetes_engine' },
      })),
    }));
  const [found] = diagnose(onGke).findings;
  assert.match(found?.finding ?? '', /on GKE failed with status 429/);
  assert.match(found?.cause ?? '', /^The platform or a proxy answered for client/);
  assert.doesNotMatch(`${found?.cause}${found?.fix}`, /maximum number of instances|run\.invoker/);
});

test('what a 504 was busy with is drawn, and no clock is suspected', () => {
  const found = onlyFinding(tracesOf('server-too-slow'));
  assert.match(
    found.finding,
    /failed with status 504: server was still busy when client gave up\./,
  );
  assert.match(found.fix, /raise the deadline of client \(SERVER_DEADLINE_MS\)/);
  assert.match(found.sightings[0]?.detail ?? '', /open since .* > server:works\.search$/);
  assert.equal(found.exemplar?.spans.length, 11);
});

test('where several causes look alike they are listed, with what decides', () => {
  const silent = tracesOf('server-without-a-span-when-client-gave-up');
  const known = onlyFinding([...silent, ...again(healthyTraces(), '6', 1_000)]);
  assert.match(known.cause, /^Three causes look alike in a trace: server was down or stopped/);
  assert.match(known.cause, /1 other trace here has spans of server: it is sampled/);
  assert.match(known.fix, /^Look for the trace id in the log of server\. If a line has it, /);
  const unknown = onlyFinding(silent.filter(({ traceId }) => traceId === CLOUD_RUN));
  assert.match(unknown.cause, /No other trace here has spans of server either\.$/);
});

const REFUSALS: readonly (readonly [status: string, cause: RegExp])[] = [
  ['403', /^The platform refused the caller: loadgen has no permission to invoke client/],
  ['404', /^Nothing answers at that address/],
  ['503', /^The platform or a proxy answered for client, whose instance did not start/],
];
for (const [status, cause] of REFUSALS) {
  test(`an answer ${status} that no instance shows has its own cause`, () => {
    const below = { frontOfClient: remove, get: remove, client: remove, rpc: remove };
    const behind = { frontOfServer: remove, serve: remove, read: remove, object: remove };
    const traces = change({
      ...{ ...below, ...behind, search: remove },
      root: set({ 'error.type': `http_${status}` }),
      http: set({ 'http.response.status_code': status }),
    });
    assert.match(onlyFinding(traces).cause, cause);
  });
}
