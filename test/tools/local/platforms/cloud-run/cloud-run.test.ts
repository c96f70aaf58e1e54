import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ATTR } from '../../../../../lib/telemetry/names.ts';
import type { LocalCloud } from '../../../../../tools/local/cloud/local-cloud.ts';
import {
  type CloudRunOptions,
  startCloudRun,
} from '../../../../../tools/local/platforms/cloud-run/cloud-run.ts';
import type { PlatformEvent } from '../../../../../tools/local/platforms/platform.ts';
import { createSpan } from '../../cloud/span.ts';
import { isGone } from '../programs.ts';
import { answers, echoSettings, fire, post, slowness, startCloud, until } from '../stand.ts';

describe('startCloudRun', () => {
  let cloud: LocalCloud;
  before(async () => {
    cloud = await startCloud();
  });
  after(() => cloud.close());

  const start = async (t: it.TestContext, options: Partial<CloudRunOptions> = {}) => {
    const events: PlatformEvent[] = [];
    const platform = await startCloudRun({
      cloud,
      slowness,
      settings: echoSettings(),
      onEvent: (event) => events.push(event),
      ...options,
    });
    t.after(platform.close);
    return { platform, events, types: () => events.map(({ type }) => type) };
  };

  it('starts a container with the first request, in Cloud Run’s environment', async (t) => {
    const { platform, types } = await start(t);
    assert.deepEqual(platform.instances(), []);
    const { status, text } = await fire(cloud, platform, {});
    assert.equal(status, 200);
    const { env, headers, pid } = JSON.parse(text);
    assert.deepEqual(types(), ['starting', 'ready']);
    const [instance] = platform.instances();
    assert.deepEqual(
      [instance?.program, instance?.pid, instance?.state],
      ['loadgen', pid, 'ready'],
    );
    assert.equal(env.K_SERVICE, 'loadgen');
    assert.equal(env.K_CONFIGURATION, 'loadgen');
    assert.match(env.K_REVISION, /^loadgen-00001-\w{3}$/);
    assert.match(env.PORT, /^\d+$/);
    assert.equal(env.GOOGLE_CLOUD_PROJECT, cloud.projectId);
    assert.equal(env.OTEL_SERVICE_NAME, 'loadgen');
    assert.equal(
      env.OTEL_RESOURCE_ATTRIBUTES,
      'service.namespace=shakesapp,service.version=test-1,shakesapp.config.cpu=1,' +
        'shakesapp.config.memory=512Mi,shakesapp.config.concurrency=80,shakesapp.config.billing=instance',
    );
    assert.equal(env.CLIENT_ADDR, platform.clientUrl.slice(0, -1));
    assert.equal(headers.authorization.split('.')[2], 'SIGNATURE_REMOVED_BY_GOOGLE');
    const metadata = await fetch(
      `http://${env.GCE_METADATA_HOST}/computeMetadata/v1/instance/?recursive=true`,
      { headers: { 'metadata-flavor': 'Google' } },
    );
    const told = (await metadata.json()) as { id: string; serviceAccounts: object };
    assert.equal(told.id, instance?.instanceId);
    assert.ok(cloud.serviceAccount('loadgen') in told.serviceAccounts);
  });

  it('lets each service’s caller in and nobody else', async (t) => {
    const { platform, events } = await start(t);
    const url = { loadgen: platform.loadgenUrl, client: platform.clientUrl };
    const status = async (to: 'loadgen' | 'client', as: string) => {
      const options = { email: cloud.serviceAccount(as), audience: url[to].slice(0, -1) };
      return (await post(cloud, url[to], options)).status;
    };
    assert.equal(await status('loadgen', 'loadgen'), 403);
    assert.equal(await status('client', 'scheduler'), 403);
    assert.deepEqual(
      events.map(({ type }) => type),
      ['refused', 'refused'],
    );
    assert.equal(await status('loadgen', 'scheduler'), 200);
    assert.equal(await status('client', 'loadgen'), 200);
  });

  it('idles an instance out with SIGTERM and starts from zero again', async (t) => {
    const { platform, types } = await start(t, { knobs: { idleMs: 20 } });
    const { pid: first, env } = JSON.parse((await fire(cloud, platform, {})).text);
    await until('the instance is gone', () => platform.instances().length === 0);
    assert.equal(await answers(env.GCE_METADATA_HOST), false, 'its metadata went with it');
    assert.deepEqual(types(), ['starting', 'ready', 'stopping', 'exited']);
    const [report] = platform.reports();
    assert.deepEqual([report?.exitCode, report?.spans?.stored], [0, 1]);
    assert.notEqual(JSON.parse((await fire(cloud, platform, {})).text).pid, first);
  });

  it('answers 503 to a request in whose midst the container ends, and starts another', async (t) => {
    const { platform } = await start(t);
    const loadgenUrl = `${platform.loadgenUrl}crash`;
    assert.equal((await fire(cloud, { ...platform, loadgenUrl }, {})).status, 503);
    await until('the instance is gone', () => platform.instances().length === 0);
    assert.deepEqual(
      platform.reports().map(({ exitCode }) => exitCode),
      [3],
    );
    assert.equal((await fire(cloud, platform, {})).status, 200);
  });

  it('answers 503 where the program cannot start, and logs its output', async (t) => {
    const lines: unknown[] = [];
    const { platform, types } = await start(t, {
      settings: echoSettings({
        entries: { loadgen: ['--eval', 'console.log("no port today"); process.exit(2)'] },
      }),
      onLog: ({ line }) => lines.push(line),
    });
    assert.equal((await fire(cloud, platform, {})).status, 503);
    await until('the process is gone', () => platform.reports().length === 1);
    assert.deepEqual(lines, ['no port today']);
    assert.ok(types().includes('failed'));
  });

  it('with request-based billing stops the process after its response, and continues it', async (t) => {
    const { platform, types } = await start(t, { knobs: { billing: 'request' } });
    const first = JSON.parse((await fire(cloud, platform, {})).text);
    assert.equal(first.env.SPAN_FLUSH, 'before-response');
    await until('it is frozen', () => platform.instances()[0]?.state === 'frozen');
    const second = JSON.parse((await fire(cloud, platform, {})).text);
    assert.equal(second.pid, first.pid);
    assert.deepEqual(types().slice(0, 4), ['starting', 'ready', 'frozen', 'thawed']);
  });

  it('marks spans that were open over a stop as they are stored, until it closes', async (t) => {
    const { platform } = await start(t, { knobs: { billing: 'request' } });
    await fire(cloud, platform, {});
    await until('it is frozen', () => platform.stops.stops().length > 0);
    const [stop] = platform.stops.stops();
    assert.ok(stop);
    const store = (spanId: string, endMs: number) => {
      const span = createSpan({
        trace: 'f',
        id: spanId,
        startMs: stop.fromMs - 10,
        endMs,
        attributes: { 'faas.instance': stop.instanceId },
      });
      cloud.traceStore.write([span]);
      return cloud.traceStore.stored(span.traceId).at(-1)?.attributes[ATTR.endedAfterStop];
    };
    assert.equal(store('a', stop.fromMs + 50), 'true');
    assert.equal(store('b', stop.fromMs - 1), undefined);
    await platform.close();
    assert.equal(store('c', stop.fromMs + 50), undefined, 'the store is not its own');
  });

  it('leaves no process and no port, also of programs that hang, are stopped or are starting', async (t) => {
    const { platform, types } = await start(t, {
      settings: echoSettings({ extraEnv: { loadgen: { IGNORE_SIGTERM: '1' } } }),
      knobs: { billing: 'request', stopGraceMs: 100 },
    });
    const hanging = fire(cloud, { ...platform, loadgenUrl: `${platform.loadgenUrl}hang` }, {});
    hanging.catch(() => {});
    const client = {
      email: cloud.serviceAccount('loadgen'),
      audience: platform.clientUrl.slice(0, -1),
    };
    await post(cloud, platform.clientUrl, client);
    await until('client is frozen', () =>
      platform.instances().some(({ program, state }) => program === 'client' && state === 'frozen'),
    );
    await until('loadgen is busy', () =>
      platform.instances().some(({ program, state }) => program === 'loadgen' && state === 'ready'),
    );
    const pids = platform.instances().map(({ pid }) => pid);
    assert.equal(pids.length, 2);
    await platform.close();
    assert.ok(types().includes('killed'));
    await Promise.all(pids.map(isGone));
    for (const url of [platform.loadgenUrl, platform.clientUrl, platform.serverAddress]) {
      assert.equal(await answers(url), false, url);
    }
    assert.equal(platform.reports().length, 2);
  });
});
