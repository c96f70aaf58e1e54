import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createAuthority } from '../../../../tools/local/cloud/identity/certificates.ts';
import { QUICK_START } from '../../../../tools/local/platforms/environment.ts';
import {
  replacementVariables,
  withCaller,
} from '../../../../tools/local/platforms/replacement-environment.ts';

async function variables(
  t: TestContext,
  own: Record<string, string> = {},
  caller: NodeJS.ProcessEnv = {},
  program: 'server' | 'client' = 'server',
) {
  const folder = await mkdtemp(join(tmpdir(), 'replacement-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { certFile } = await createAuthority(folder);
  const result = replacementVariables({
    program,
    own: { PATH: '/ours', ...QUICK_START, PORT: '1', ...own },
    metadataHost: 'metadata:1',
    storageOrigin: 'http://storage:1',
    certFile,
    caller,
    platform: { 'cloud.platform': 'gcp_cloud_run', 'faas.name': 'a b' },
  });
  return { result, certFile, folder };
}

describe('replacementVariables', () => {
  it('names the exporter, its protocol and the propagators that every SDK has', async (t) => {
    const { result } = await variables(t, {
      OTEL_TRACES_EXPORTER: 'gcp_trace,console',
      OTEL_PROPAGATORS: 'gcp_trace,tracecontext,b3',
    });
    assert.equal(result.OTEL_TRACES_EXPORTER, 'otlp');
    assert.equal(result.OTEL_EXPORTER_OTLP_PROTOCOL, 'http/protobuf');
    assert.equal(result.OTEL_METRICS_EXPORTER, 'none');
    assert.equal(result.OTEL_LOGS_EXPORTER, 'none');
    assert.equal(result.OTEL_PROPAGATORS, 'tracecontext,b3');
    // The exporter for Go refuses to start with one beside an endpoint in plain text.
    assert.equal(result.OTEL_EXPORTER_OTLP_CERTIFICATE, undefined);
    assert.equal(result.PORT, '1');
    assert.equal(result.PATH, undefined);
    assert.deepEqual(
      Object.keys(QUICK_START).filter((name) => name in result),
      [],
    );
  });

  it('names no propagator where only Google’s was asked for', async (t) => {
    const { result } = await variables(t, { OTEL_PROPAGATORS: 'gcp_trace' });
    assert.equal(result.OTEL_PROPAGATORS, 'none');
  });

  it('says on which platform a program runs, and not which sizes ours have', async (t) => {
    const { result } = await variables(t, {
      OTEL_RESOURCE_ATTRIBUTES:
        'service.version=1,shakesapp.config.cpu=1,shakesapp.config.added_latency=20%20ms',
    });
    assert.equal(
      result.OTEL_RESOURCE_ATTRIBUTES,
      'service.version=1,shakesapp.config.added_latency=20%20ms,' +
        'cloud.platform=gcp_cloud_run,faas.name=a%20b',
    );
  });

  it('gives Storage to a server alone, and the metadata server by every name', async (t) => {
    const { result } = await variables(t);
    assert.equal(result.STORAGE_EMULATOR_HOST, 'http://storage:1');
    for (const name of ['GCE_METADATA_HOST', 'GCE_METADATA_IP', 'GCE_METADATA_ROOT']) {
      assert.equal(result[name], 'metadata:1');
    }
    const client = await variables(t, {}, {}, 'client');
    assert.equal(client.result.STORAGE_EMULATOR_HOST, undefined);
  });

  it('trusts the local authority beside those that the caller trusts', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'callers-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const callers = join(folder, 'callers.pem');
    await writeFile(callers, '# the caller’s\n');
    const { result, certFile } = await variables(t, {}, { SSL_CERT_FILE: callers });
    const trusted = await readFile(result.SSL_CERT_FILE ?? '', 'utf8');
    assert.match(trusted, /# the caller’s/);
    assert.ok(trusted.includes(await readFile(certFile, 'utf8')));
    for (const name of ['REQUESTS_CA_BUNDLE', 'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH']) {
      assert.equal(result[name], result.SSL_CERT_FILE);
    }
    assert.equal(result.NODE_EXTRA_CA_CERTS, certFile);
  });

  it('trusts the public authorities where the caller names none', async (t) => {
    const { result } = await variables(t);
    const trusted = await readFile(result.SSL_CERT_FILE ?? '', 'utf8');
    const [first = ''] = /-----BEGIN.*?-----END CERTIFICATE-----/s.exec(trusted) ?? [];
    assert.match(new X509Certificate(first).subject, /Shakesapp local cloud/);
    assert.ok(trusted.split('BEGIN CERTIFICATE').length > 50);
  });

  it('keeps a proxy away from this machine, beside what the caller excepts', async (t) => {
    const { result } = await variables(t, {}, { NO_PROXY: 'intranet' });
    assert.equal(result.NO_PROXY, 'intranet,localhost,127.0.0.1,::1');
    assert.equal(result.no_proxy, result.NO_PROXY);
  });
});

describe('withCaller', () => {
  it('keeps what a toolchain needs, and drops what leads to another cloud', () => {
    const caller = {
      PATH: '/usr/bin',
      HOME: '/home/me',
      GOPATH: '/go',
      VIRTUAL_ENV: '/venv',
      HTTPS_PROXY: 'http://proxy',
      PORT: '9',
      OTEL_SDK_DISABLED: 'true',
      OTEL_EXPORTER_OTLP_HEADERS: 'key=secret',
      GOOGLE_APPLICATION_CREDENTIALS: '/mine.json',
      CLOUDSDK_CORE_PROJECT: 'mine',
      STORAGE_EMULATOR_HOST: 'http://other',
      K_SERVICE: 'other',
      NODE_TEST_CONTEXT: 'child',
      UNSET: undefined,
    };
    assert.deepEqual(withCaller({ PORT: '1' }, caller), {
      PATH: '/usr/bin',
      HOME: '/home/me',
      GOPATH: '/go',
      VIRTUAL_ENV: '/venv',
      HTTPS_PROXY: 'http://proxy',
      PORT: '1',
    });
  });
});
