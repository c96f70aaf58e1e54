import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { suite, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import type { LocalCloudOptions } from '../../../../../tools/local/cloud/local-cloud.ts';
import { startLocalCloud } from '../../../../../tools/local/cloud/local-cloud.ts';

const PROGRAM = new URL('../export-spans.ts', import.meta.url).pathname;

type Answer = { code: number; error?: string; traceId: string };

async function setUp(t: TestContext, account = 'loadgen', options: LocalCloudOptions = {}) {
  const cloud = await startLocalCloud(options);
  t.after(cloud.close);
  const metadata = await cloud.startMetadataServer({
    platform: 'cloud_run',
    instanceId: '00c0ffee',
    serviceAccountEmail: account.includes('@') ? account : cloud.serviceAccount(account),
  });
  t.after(metadata.close);
  const exportSpans = async (
    own: { name?: string; env?: Record<string, string> } = {},
  ): Promise<Answer> => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        '--disable-warning=DEP_GCP_OTEL_TRACE_EXPORTER',
        PROGRAM,
        JSON.stringify({ endpoint: cloud.traceWriteAddress, name: own.name ?? 'loadgen' }),
      ],
      {
        env: {
          GCE_METADATA_HOST: metadata.host,
          GOOGLE_CLOUD_PROJECT: cloud.projectId,
          CLOUDSDK_CONFIG: cloud.configDir,
          GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: cloud.authority.certFile,
          ...own.env,
        },
        timeout: 60_000,
      },
    );
    return JSON.parse(stdout);
  };
  return { cloud, exportSpans };
}

suite('Cloud Trace v2 write, by the real exporter', () => {
  test('stores names, kinds, parents, attributes, events, links and status', async (t) => {
    const { cloud, exportSpans } = await setUp(t);
    const answer = await exportSpans();
    assert.deepEqual({ code: answer.code, error: answer.error }, { code: 0, error: undefined });
    const spans = cloud.traceStore.trace(answer.traceId)?.spans ?? [];
    const root = spans.find(({ name }) => name === 'loadgen');
    const child = spans.find(({ name }) => name === 'child');
    assert.ok(root && child && spans.length === 2);
    assert.equal(root.kind, 'client');
    assert.equal(root.parentSpanId, undefined);
    assert.equal(child.kind, 'server');
    assert.equal(child.parentSpanId, root.spanId);
    assert.deepEqual(
      ['shakesapp.query', 'count', 'cached', '/http/method', 'service.name'].map(
        (key) => root.attributes[key],
      ),
      ['world', '52', 'true', 'GET', 'loadgen'],
    );
    assert.equal(root.attributes['g.co/r/generic_task/location'], 'us-central1');
    assert.match(root.attributes['g.co/agent'] ?? '', /^opentelemetry-js /);
    assert.deepEqual(
      root.events?.map(({ name, attributes }) => ({ name, attributes })),
      [{ name: 'request_start', attributes: { attempt: '1' } }],
    );
    assert.deepEqual(child.links, [{ traceId: answer.traceId, spanId: root.spanId }]);
    assert.deepEqual(root.status, { error: false });
    assert.deepEqual(child.status, { error: true, message: 'it failed' });
    assert.ok(root.endMs >= root.startMs && root.endMs - root.startMs < 60_000);
    assert.ok(Math.abs(root.startMs - Date.now()) < 60_000);
  });

  test('refuses an account of another project with PERMISSION_DENIED', async (t) => {
    const { cloud, exportSpans } = await setUp(t, 'someone@elsewhere.iam.gserviceaccount.com');
    assert.match((await exportSpans()).error ?? '', /7 PERMISSION_DENIED: The caller does not/);
    assert.equal(cloud.traceStore.stats().spans, 0);
  });

  test('refuses another project with PERMISSION_DENIED', async (t) => {
    const { exportSpans } = await setUp(t);
    const { error } = await exportSpans({ env: { GOOGLE_CLOUD_PROJECT: 'not-ours' } });
    assert.match(error ?? '', /7 PERMISSION_DENIED/);
  });

  test('names the field of a span whose name is too long, and stores nothing', async (t) => {
    const { cloud, exportSpans } = await setUp(t);
    const { error } = await exportSpans({ name: 'é'.repeat(513) });
    assert.match(
      error ?? '',
      /3 INVALID_ARGUMENT: .*'spans\[1\]\.display_name': 1026 bytes; at most 1024 are allowed/,
    );
    assert.equal(cloud.traceStore.stats().spans, 0);
  });

  test('answers RESOURCE_EXHAUSTED past the quota of writes', async (t) => {
    const { exportSpans } = await setUp(t, 'loadgen', {
      quotas: { readUnitsPerMinute: 300, writesPerMinute: 1 },
    });
    assert.equal((await exportSpans()).code, 0);
    assert.match((await exportSpans()).error ?? '', /8 RESOURCE_EXHAUSTED: Quota exceeded/);
  });

  test('is not trusted without the local certificate authority', async (t) => {
    const { exportSpans } = await setUp(t);
    const { error } = await exportSpans({ env: { GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: '' } });
    assert.match(error ?? '', /14 UNAVAILABLE/);
  });

  test('delays and fails as injected, then works again', async (t) => {
    const { cloud, exportSpans } = await setUp(t);
    const fault = cloud.faults.inject({
      service: 'trace-write',
      operation: 'BatchWriteSpans',
      error: 'UNAVAILABLE',
      delayMs: 20,
      times: 1,
    });
    assert.match((await exportSpans()).error ?? '', /14 UNAVAILABLE: injected fault/);
    assert.equal(fault.applied(), 1);
    assert.equal((await exportSpans()).code, 0);
  });
});
