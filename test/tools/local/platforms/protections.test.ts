import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../../../../lib/clock.ts';
import { ATTR, SPAN } from '../../../../lib/telemetry/names.ts';
import { LOCAL_PROJECT } from '../../../../tools/cli/local-project.ts';
import { startMetadataServer } from '../../../../tools/local/cloud/identity/metadata.ts';
import { type LocalCloud, startLocalCloud } from '../../../../tools/local/cloud/local-cloud.ts';
import {
  type CloudRun,
  type CloudRunOptions,
  startCloudRun,
} from '../../../../tools/local/platforms/cloud-run/cloud-run.ts';
import type { Span, Trace } from '../../../../tools/traces/model.ts';
import { fire, settings, slowness, until } from './stand.ts';

/**
 * The real programs behind the Cloud Run stand-in: what each of its behaviours would do to the
 * traces, and what lib/ does about it. Each test fails when that protection is taken out.
 */
describe('lib’s protections against what Cloud Run does', () => {
  let cloud: LocalCloud;
  let nowMs = () => Date.now();
  before(async () => {
    cloud = await startLocalCloud({ clock: { ...systemClock, epochMs: () => nowMs() } });
  });
  after(() => cloud.close());

  const start = async (t: it.TestContext, options: Partial<CloudRunOptions> = {}) => {
    cloud.traceStore.clear();
    const platform = await startCloudRun({ cloud, slowness, settings: settings(), ...options });
    t.after(platform.close);
    const run = async (requests: number) => {
      const { status, text } = await fire(cloud, platform, { requests, intervalMs: 20 });
      assert.equal(status, 200, text);
      return JSON.parse(text) as { ok: number; sent: number; failed: number; dropped: number };
    };
    return { platform, run };
  };

  /** The traces of requests, not those of the invocations. */
  const requestTraces = () =>
    cloud.traceStore
      .traces()
      .filter(({ spans }) => spans.some(({ name }) => name === SPAN.loadgen));
  const frozen = (platform: CloudRun, ...programs: string[]) =>
    until(`${programs} frozen`, () =>
      programs.every((name) =>
        platform.instances().some(({ program, state }) => program === name && state === 'frozen'),
      ),
    );

  it('rewritten parent: b3 restores the true one, so that no span is an orphan', async (t) => {
    const { platform, run } = await start(t, { knobs: { ownSpans: 'never' } });
    assert.equal((await run(5)).ok, 5);
    await platform.close();
    const traces = requestTraces();
    assert.equal(traces.length, 5);
    for (const trace of traces) assertWhole(trace);
    const servers = traces.flatMap(({ spans }) => spans).filter(({ kind }) => kind === 'server');
    assert.equal(servers.length, 10);
    for (const span of servers) {
      assert.equal(span.attributes[ATTR.parentSource], 'b3');
      assert.match(span.attributes[ATTR.frontEndSpanId] ?? '', /^[0-9a-f]{16}$/);
      assert.notEqual(span.attributes[ATTR.frontEndSpanId], span.parentSpanId);
    }
  });

  it('missing flag: it is not read as "no", so that server’s spans are stored', async (t) => {
    // without b3, whose flag would help out
    const { platform, run } = await start(t, {
      settings: settings({ propagators: 'gcp_trace' }),
      knobs: { dropSampledFlag: true, rewriteParent: false },
    });
    await run(3);
    await platform.close();
    assert.equal(requestTraces().length, 3);
    for (const trace of requestTraces()) assertWhole(trace);
  });

  it('frozen CPU: what no flush stored before a response is stored at SIGTERM', async (t) => {
    // at once after the last byte: the server span has hardly time to end before the stop
    const knobs = { billing: 'request', ownSpans: 'never', freezeDelayMs: 0 } as const;
    const { platform, run } = await start(t, { knobs });
    assert.equal((await run(3)).ok, 3);
    await frozen(platform, 'server', 'client');
    // How much a flush stores in its 100 ms is a matter of the machine: no response waits longer.
    await platform.close();
    for (const trace of requestTraces()) assertWhole(trace);
    for (const { program, exitCode, spans } of platform.reports()) {
      assert.deepEqual([exitCode, spans?.lost], [0, 0], program);
    }
    // and what was open over a stop says so, that no latency counts it
    const open = ({ attributes, startMs, endMs }: Span) =>
      platform.stops
        .stops()
        .some(
          ({ instanceId, fromMs }) =>
            attributes['faas.instance'] === instanceId && startMs < fromMs && endMs > fromMs,
        );
    for (const span of cloud.traceStore.traces().flatMap(({ spans }) => spans)) {
      const mark = span.attributes[ATTR.endedAfterStop];
      assert.equal(mark, open(span) ? 'true' : undefined, span.name);
    }
  });

  it('SIGTERM: requests in flight finish, every span is stored, exit 0', async (t) => {
    // the front end's own spans are stored at once: they tell how far the run is
    const { platform } = await start(t, { knobs: { ownSpans: 'always' } });
    const running = fire(cloud, platform, { requests: 1000, intervalMs: 20 });
    const served = () =>
      cloud.traceStore.traces().filter(({ spans }) => spans.some(({ name }) => name === '/'))
        .length;
    // A process that is still starting has no handler yet, and nothing to lose: on a
    // busy machine the backlog of the cold start may have called for a second instance.
    const settled = () => platform.instances().every(({ state }) => state !== 'starting');
    await until('the run is under way', () => served() > 5 && settled());
    const killed: string[] = [];
    platform.onEvent((event) => event.type === 'killed' && killed.push(event.program));
    const [{ status, text }] = await Promise.all([running, platform.close()]);
    assert.deepEqual(killed, [], 'none was killed');
    assert.equal(status, 200);
    const summary = JSON.parse(text);
    assert.equal(summary.state, 'stopped');
    assert.deepEqual([summary.failed, summary.mismatched], [0, 0]);
    assert.ok(summary.ok > 0 && summary.dropped > 0 && summary.ok + summary.dropped === 1000);
    for (const { program, exitCode, spans } of platform.reports()) {
      assert.deepEqual([exitCode, spans?.lost], [0, 0], program);
    }
    const runs = requestTraces().map(({ spans }) =>
      spans.map(({ attributes }) => attributes[ATTR.runId]).find(Boolean),
    );
    assert.deepEqual(runs, Array(summary.ok).fill(summary.runId), 'no other run, and all of this');
    for (const trace of requestTraces()) assertWhole(trace);
  });

  it('expired token: another one is fetched in time, so that no call is refused', async (t) => {
    // tokens that live for the minute within which lib/identity no longer relies on them
    const short: LocalCloud = {
      ...cloud,
      startMetadataServer: (options) =>
        startMetadataServer({
          ...LOCAL_PROJECT,
          tokens: {
            ...cloud.tokens,
            issueIdToken: (request) =>
              cloud.tokens.issueIdToken({ ...request, expiresInSeconds: 60 }),
          },
          ...options,
        }),
    };
    const refusals: string[] = [];
    const { run } = await start(t, {
      cloud: short,
      onEvent: (event) => event.type === 'refused' && refusals.push(event.reason),
    });
    assert.equal((await run(2)).ok, 2);
    t.after(() => {
      nowMs = () => Date.now();
    });
    nowMs = () => Date.now() + 61_000;
    assert.deepEqual(await run(2).then(({ ok, failed }) => ({ ok, failed })), { ok: 2, failed: 0 });
    assert.deepEqual(refusals, []);
  });

  it('wrong audience: each token is for the origin of the service called', async (t) => {
    const refusals: string[] = [];
    const audiences: string[] = [];
    const watching: LocalCloud = {
      ...cloud,
      startMetadataServer: (options) =>
        startMetadataServer({
          ...LOCAL_PROJECT,
          tokens: {
            ...cloud.tokens,
            issueIdToken: (request) => {
              audiences.push(`${request.email.split('@')[0]} for ${request.audience}`);
              return cloud.tokens.issueIdToken(request);
            },
          },
          ...options,
        }),
    };
    const { platform, run } = await start(t, {
      cloud: watching,
      onEvent: (event) => event.type === 'refused' && refusals.push(event.reason),
    });
    assert.equal((await run(2)).ok, 2);
    assert.deepEqual(refusals, []);
    assert.deepEqual(audiences, [
      `loadgen for ${platform.clientUrl.slice(0, -1)}`,
      `client for ${platform.serverAddress}`,
    ]);
  });
});

/** One root, every parent present, and every hop of the request path. */
function assertWhole({ traceId, spans }: Trace): void {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  const orphans = spans.filter(({ parentSpanId }) => parentSpanId && !ids.has(parentSpanId));
  assert.deepEqual(
    roots.map(({ name }) => name),
    [SPAN.loadgen],
    traceId,
  );
  assert.deepEqual(
    orphans.map(({ name }) => name),
    [],
    traceId,
  );
  const names = spans.map(({ name, kind }) => `${kind} ${name}`);
  for (const expected of [
    `internal ${SPAN.client}`,
    `client ${SPAN.rpc}`,
    `server ${SPAN.rpc}`,
    `internal ${SPAN.worksRead}`,
    `internal ${SPAN.worksSearch}`,
  ]) {
    assert.ok(names.includes(expected), `${traceId} has no ${expected}: ${names}`);
  }
}
