import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import {
  programArguments,
  programEnvironment,
  REPOSITORY,
  renderAttributes,
} from '../../../../tools/local/platforms/environment.ts';
import type { CloudAccess, ProgramName } from '../../../../tools/local/platforms/platform.ts';
import { settings } from './stand.ts';

const CLOUD = {
  projectId: 'p',
  otlpOrigin: 'http://otlp',
  traceWriteAddress: 'trace:1',
  storageOrigin: 'http://storage',
  configDir: '/empty',
  authority: { certFile: '/ca.pem' },
} as unknown as CloudAccess;

const environmentOf = (
  program: ProgramName,
  changes: Parameters<typeof settings>[0] = {},
  slowness = 1,
) =>
  programEnvironment({
    program,
    port: 8081,
    metadataHost: 'metadata:1',
    cloud: CLOUD,
    settings: settings({ knownQueries: { love: 3 }, ...changes }),
    billing: 'instance',
    slowness,
    addedLatencyMs: 20,
    resourceAttributes: { 'k8s.pod.name': 'pod-1' },
    upstream: { SERVER_ADDR: 'server:1' },
    platformEnv: { K_SERVICE: program },
  });

const ATTRIBUTES =
  'service.namespace=shakesapp,service.version=test-1,shakesapp.config.cpu=1,' +
  'shakesapp.config.memory=512Mi,shakesapp.config.concurrency=80,shakesapp.config.billing=instance';

describe('programEnvironment', () => {
  it('is all that a program gets, whatever the caller’s own holds', (t) => {
    for (const name of ['HTTPS_PROXY', 'OTEL_SDK_DISABLED', 'GOOGLE_APPLICATION_CREDENTIALS']) {
      const before = process.env[name];
      process.env[name] = 'the caller’s';
      t.after(() => {
        if (before === undefined) delete process.env[name];
        else process.env[name] = before;
      });
    }
    assert.deepEqual(environmentOf('client'), {
      PATH: dirname(process.execPath),
      NODE_COMPILE_CACHE: join(REPOSITORY, 'node_modules/.cache/shakesapp'),
      NODE_PRESERVE_SYMLINKS: '1',
      NODE_PRESERVE_SYMLINKS_MAIN: '1',
      HOST: '127.0.0.1',
      PORT: '8081',
      GOOGLE_CLOUD_PROJECT: 'p',
      OTEL_SERVICE_NAME: 'client',
      OTEL_RESOURCE_ATTRIBUTES: `${ATTRIBUTES},shakesapp.config.added_latency=20%20ms,k8s.pod.name=pod-1`,
      OTEL_TRACES_EXPORTER: 'gcp_trace',
      OTEL_PROPAGATORS: 'gcp_trace,tracecontext,b3',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otlp',
      CLOUD_TRACE_API_ENDPOINT: 'trace:1',
      GCE_METADATA_HOST: 'metadata:1',
      CLOUDSDK_CONFIG: '/empty',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
      GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: '/ca.pem',
      KNOWN_QUERIES: '{"love":3}',
      SERVER_ADDR: 'server:1',
      K_SERVICE: 'client',
    });
  });

  it('gives longer deadlines on a slow machine', () => {
    assert.equal(environmentOf('client').SERVER_DEADLINE_MS, undefined);
    assert.equal(environmentOf('client', {}, 3).SERVER_DEADLINE_MS, '30000');
    assert.equal(environmentOf('server', {}, 3).SHUTDOWN_TIMEOUT_MS, '27000');
  });

  it('gives the works only to server, and the expected counts only to the others', () => {
    const { WORKS_BUCKET, WORKS_CACHE, STORAGE_API_ENDPOINT, KNOWN_QUERIES, ...rest } =
      environmentOf('server', { worksCache: 'per-request' });
    assert.equal(WORKS_BUCKET, settings().worksBucket);
    assert.deepEqual([WORKS_CACHE, STORAGE_API_ENDPOINT], ['per-request', 'http://storage']);
    assert.equal(KNOWN_QUERIES, undefined);
    assert.match(
      rest.OTEL_RESOURCE_ATTRIBUTES ?? '',
      /,shakesapp\.config\.works_cache=per-request,/,
    );
  });

  it('passes a sampler on, and lets the extra variables of one program win', () => {
    const changes = {
      sampler: { name: 'traceidratio', arg: '0.5' },
      extraEnv: { client: { PORT: '1' }, loadgen: { PORT: '2' } },
    };
    const { OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG, PORT } = environmentOf('client', changes);
    assert.deepEqual(
      [OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG, PORT],
      ['traceidratio', '0.5', '1'],
    );
  });
});

describe('programArguments', () => {
  for (const name of ['loadgen', 'client', 'server'] as const) {
    it(`have the options of the image of ${name}, whose start.cjs does the rest`, () => {
      const [command, ...args] = entrypointOf(name);
      assert.equal(command, 'node');
      assert.deepEqual(args.splice(-2), ['--min-semi-space-size=16', `./${name}/start.cjs`]);
      assert.deepEqual(programArguments(name, settings()).slice(0, args.length), args);
    });
  }

  it('begin with the handlers of signals, and break no line of the log with a warning', () => {
    assert.deepEqual(programArguments('loadgen', settings()), [
      '--disable-warning=DEP_GCP_OTEL_TRACE_PROPAGATOR',
      '--disable-warning=DEP_GCP_OTEL_TRACE_EXPORTER',
      '--max-semi-space-size=16',
      '--min-semi-space-size=4',
      '--require',
      './lib/telemetry/early-signal.cjs',
      '--import',
      './lib/telemetry/preload.ts',
      './functions/loadgen/main.ts',
    ]);
  });
});

function entrypointOf(name: string): readonly string[] {
  const dockerfile = readFileSync(new URL('../../../../Dockerfile', import.meta.url), 'utf8');
  const [, stage = ''] = dockerfile.split(`\nFROM program AS ${name}\n`);
  const [, entrypoint = ''] = /^ENTRYPOINT (.*)$/m.exec(stage) ?? [];
  return JSON.parse(entrypoint);
}

describe('renderAttributes', () => {
  it('encodes what the specification keeps for itself', () => {
    assert.equal(renderAttributes({ a: 'b,c=d e%', 'f.g': 'ü' }), 'a=b%2Cc%3Dd%20e%25,f.g=%C3%BC');
  });
});
