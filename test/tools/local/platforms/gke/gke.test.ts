import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { LocalCloud } from '../../../../../tools/local/cloud/local-cloud.ts';
import { type GkeOptions, startGke } from '../../../../../tools/local/platforms/gke/gke.ts';
import { GKE_KNOBS } from '../../../../../tools/local/platforms/knobs.ts';
import type { PlatformEvent } from '../../../../../tools/local/platforms/platform.ts';
import { get } from '../cloud-run/harness.ts';
import { isGone } from '../programs.ts';
import { answers, echoSettings, slowness, startCloud, until } from '../stand.ts';

const QUICK = { ...GKE_KNOBS.readinessProbe, periodMs: 20 };

describe('startGke', () => {
  let cloud: LocalCloud;
  before(async () => {
    cloud = await startCloud();
  });
  after(() => cloud.close());

  const start = async (t: it.TestContext, options: Partial<GkeOptions> = {}) => {
    const events: PlatformEvent[] = [];
    const platform = await startGke({
      cloud,
      slowness,
      settings: echoSettings(),
      onEvent: (event) => events.push(event),
      ...options,
      knobs: { readinessProbe: QUICK, livenessProbe: QUICK, ...options.knobs },
    });
    t.after(platform.close);
    const ask = async (path = '') => JSON.parse((await get(`${platform.clientUrl}${path}`)).body);
    const client = () => platform.instances().filter(({ program }) => program === 'client');
    const typesOf = (program: string) =>
      events.filter((event) => event.program === program).map(({ type }) => type);
    return { platform, ask, client, typesOf };
  };

  it('is there with every pod ready, in GKE’s environment', async (t) => {
    const { platform, ask, client } = await start(t);
    assert.deepEqual(
      platform.instances().map(({ program, state }) => `${program} ${state}`),
      ['server ready', 'client ready', 'loadgen ready'],
    );
    const { env } = await ask();
    const [pod] = client();
    assert.match(pod?.instanceId ?? '', /^client-[a-z0-9]{10}-[a-z0-9]{5}$/);
    assert.equal(env.HOSTNAME, pod?.instanceId);
    assert.ok(env.OTEL_RESOURCE_ATTRIBUTES.includes(`k8s.pod.name=${pod?.instanceId}`));
    for (const attribute of [
      'service.namespace=shakesapp',
      'service.version=test-1',
      'shakesapp.config.billing=node',
      'k8s.namespace.name=default',
      'k8s.container.name=client',
      'k8s.deployment.name=client',
    ]) {
      assert.ok(env.OTEL_RESOURCE_ATTRIBUTES.split(',').includes(attribute), attribute);
    }
    assert.equal(env.SERVER_ADDR, platform.serverAddress);
    assert.match(env.SERVER_ADDR, /^127\.0\.0\.1:\d+$/);
    assert.equal(env.K_SERVICE, undefined);
    assert.equal(env.KUBERNETES_SERVICE_HOST, 'kubernetes.default.svc');
    const metadata = await fetch(
      `http://${env.GCE_METADATA_HOST}/computeMetadata/v1/instance/attributes/cluster-name`,
      { headers: { 'metadata-flavor': 'Google' } },
    );
    assert.equal(await metadata.text(), 'otel-trace-codelab');
  });

  it('starts a container that ended again, in the same pod at the same address', async (t) => {
    const { platform, ask, client, typesOf } = await start(t);
    const [before] = client();
    await assert.rejects(get(`${platform.clientUrl}crash`));
    await until(
      'it is ready again',
      () => client()[0]?.state === 'ready' && client()[0]?.pid !== before?.pid,
    );
    const [now] = client();
    assert.equal(now?.instanceId, before?.instanceId);
    assert.equal((await ask()).pid, now?.pid);
    assert.deepEqual(typesOf('client'), ['starting', 'ready', 'exited', 'starting', 'ready']);
    assert.deepEqual(
      platform.reports().map(({ exitCode }) => exitCode),
      [3],
    );
  });

  it('stops and starts a container whose liveness probe fails', async (t) => {
    const { ask, client, typesOf } = await start(t);
    const { pid } = await ask('unhealthy');
    await until(
      'it is ready again',
      () => client()[0]?.state === 'ready' && client()[0]?.pid !== pid,
    );
    assert.notEqual((await ask()).pid, pid);
    assert.ok(typesOf('client').includes('stopping'));
  });

  it('sends nothing to a pod that is not ready', async (t) => {
    const never = { ...QUICK, failureThreshold: 1_000_000 };
    const { platform, ask, client, typesOf } = await start(t, { knobs: { livenessProbe: never } });
    await ask('unhealthy');
    await until('it is unready', () => client()[0]?.state === 'starting');
    await assert.rejects(get(platform.clientUrl), { code: 'ECONNRESET' });
    assert.ok(typesOf('client').includes('unready'));
  });

  it('replaces pods one by one, answering all the while and ending what it began', async (t) => {
    const begun = Promise.withResolvers<void>();
    const { platform, ask, client } = await start(t, {
      onLog: ({ line }) => line === 'waiting' && begun.resolve(),
    });
    const [before] = client();
    const waiting = ask('wait');
    await begun.promise;
    let done = false;
    const rolling = platform.rollOut('client').then(() => {
      done = true;
    });
    const pids = new Set<number>();
    // A connection on its way to a pod that has just been told to stop is reset, as on a cluster;
    // the next one goes to a pod that stays.
    const askTwice = () => ask().catch(() => ask());
    while (!done) pids.add((await askTwice()).pid);
    await rolling;
    assert.equal((await waiting).pid, before?.pid);
    assert.equal(client().length, 1);
    assert.notEqual(client()[0]?.instanceId, before?.instanceId);
    pids.add((await ask()).pid);
    assert.equal(pids.size, 2);
    assert.deepEqual(
      platform.reports().map(({ exitCode }) => exitCode),
      [0],
    );
  });

  it('keeps the old pods where the new one does not get ready', async (t) => {
    const broken = { client: {} as Record<string, string> };
    const { platform, ask, client } = await start(t, {
      settings: echoSettings({ extraEnv: broken }),
    });
    const [before] = client();
    broken.client.NODE_OPTIONS = '--no-such-option';
    await assert.rejects(platform.rollOut('client'), /ended twice before it was ready \(exit 9\)/);
    assert.equal((await ask()).pid, before?.pid);
  });

  it('fires the CronJob by hand with the scheduled minute', async (t) => {
    const { platform } = await start(t);
    const result = await platform.fire({ requests: 1 }, new Date('2026-03-01T12:34:00Z'));
    assert.equal(result?.status, 200);
  });

  it('fires the CronJob by itself at the full minute, and no more once it closes', async (t) => {
    const minute = Date.parse('2026-03-01T12:34:00Z');
    // The date alone stands still: the timer that waits for the minute is a real one.
    t.mock.timers.enable({ apis: ['Date'], now: minute - 50 });
    const fired = Promise.withResolvers<PlatformEvent>();
    const skipped: PlatformEvent[] = [];
    const platform = await startGke({
      cloud,
      slowness,
      settings: echoSettings(),
      schedule: { body: { requests: 1 } },
      onEvent(event) {
        if (event.type === 'fired') fired.resolve(event);
        if (event.type === 'skipped') skipped.push(event);
      },
    });
    t.after(platform.close);
    t.mock.timers.setTime(minute);
    const event = await fired.promise;
    assert.ok(event.type === 'fired' && event.status === 200);
    assert.equal(event.minute.toISOString(), '2026-03-01T12:34:00.000Z');
    await platform.close();
    assert.equal(await platform.fire({}, new Date(minute)), undefined);
    assert.deepEqual(
      skipped.map((one) => one.type === 'skipped' && one.reason),
      ['the platform is closing'],
    );
  });

  it('gives up, leaving nothing, where a program cannot start', async () => {
    const events: PlatformEvent[] = [];
    await assert.rejects(
      startGke({
        cloud,
        slowness,
        settings: echoSettings({ entries: { server: ['--eval', 'process.exit(2)'] } }),
        knobs: { stopGraceMs: 1_000 },
        onEvent: (event) => events.push(event),
      }),
      /^Error: server-\S+ ended twice before it was ready \(exit 2\)$/,
    );
    const started = events.flatMap((event) => (event.type === 'starting' ? event.pid : []));
    await Promise.all(started.map(isGone));
  });

  it('leaves no process and no port, also of a program that ignores SIGTERM', async (t) => {
    const { platform, typesOf } = await start(t, {
      settings: echoSettings({ extraEnv: { client: { IGNORE_SIGTERM: '1' } } }),
      knobs: { stopGraceMs: 100 },
    });
    const pids = platform.instances().map(({ pid }) => pid);
    await platform.close();
    assert.equal(pids.length, 3);
    await Promise.all(pids.map(isGone));
    assert.ok(typesOf('client').includes('killed'));
    for (const address of [platform.loadgenUrl, platform.clientUrl, platform.serverAddress]) {
      assert.equal(await answers(address), false, address);
    }
    assert.equal(platform.reports().length, 3);
  });
});
