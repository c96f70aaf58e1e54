import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { gcpDetector } from '@opentelemetry/resource-detector-gcp';
import { GoogleAuth } from 'google-auth-library';
import { decodeJwt } from 'jose';
import { startLocalCloud } from '../../../../../tools/local/cloud/local-cloud.ts';

/** The variables by which the libraries find the metadata server, for one test. */
function setVariables(t: TestContext, variables: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(variables)) {
    const before = process.env[name];
    const set = (text: string | undefined) => {
      if (text === undefined) delete process.env[name];
      else process.env[name] = text;
    };
    set(value);
    t.after(() => set(before));
  }
}

async function setUp(t: TestContext, platform: 'cloud_run' | 'gke' = 'cloud_run') {
  const cloud = await startLocalCloud();
  t.after(cloud.close);
  const email = cloud.serviceAccount('client');
  const instanceId = platform === 'gke' ? '8087716956832600000' : '00bf4bf02d1c';
  const metadata = await cloud.startMetadataServer({
    platform,
    instanceId,
    serviceAccountEmail: email,
  });
  t.after(metadata.close);
  setVariables(t, {
    GCE_METADATA_HOST: metadata.host,
    CLOUDSDK_CONFIG: cloud.configDir,
    GOOGLE_CLOUD_PROJECT: undefined,
    GOOGLE_APPLICATION_CREDENTIALS: undefined,
  });
  const get = async (
    path: string,
    headers: Record<string, string> = { 'metadata-flavor': 'Google' },
  ) => {
    const response = await fetch(`http://${metadata.host}${path}`, { headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { cloud, email, get, instanceId };
}

const V1 = '/computeMetadata/v1';

async function detect(): Promise<Record<string, unknown>> {
  const entries = Object.entries(gcpDetector.detect().attributes ?? {});
  const values = await Promise.all(
    entries.map(async ([key, value]) => [key, await value] as const),
  );
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

suite('the metadata server', () => {
  test('gives google-auth-library project, access token and ID token', async (t) => {
    const { cloud, email } = await setUp(t);
    const auth = new GoogleAuth({ scopes: ['https://www.googleapis.com/auth/cloud-platform'] });
    assert.equal(await auth.getProjectId(), cloud.projectId);
    assert.equal((await auth.getCredentials()).client_email, email);
    const token = await auth.getAccessToken();
    assert.deepEqual(cloud.tokens.verifyAccessToken(token ?? ''), { email });
    const audience = 'https://server.example';
    const client = await auth.getIdTokenClient(audience);
    const idToken = await client.idTokenProvider.fetchIdToken(audience);
    assert.deepEqual(await cloud.tokens.verifyIdToken(idToken, audience), { email });
  });

  test("gives OpenTelemetry's detector what it knows of Cloud Run", async (t) => {
    const { cloud, instanceId } = await setUp(t);
    setVariables(t, {
      K_CONFIGURATION: 'client',
      K_SERVICE: 'client',
      K_REVISION: 'client-00001',
      KUBERNETES_SERVICE_HOST: undefined,
    });
    assert.deepEqual(await detect(), {
      'cloud.provider': 'gcp',
      'cloud.platform': 'gcp_cloud_run',
      'cloud.account.id': cloud.projectId,
      'cloud.region': 'us-central1',
      'faas.name': 'client',
      'faas.version': 'client-00001',
      'faas.instance': instanceId,
    });
  });

  test("gives OpenTelemetry's detector what it knows of GKE", async (t) => {
    const { cloud, instanceId } = await setUp(t, 'gke');
    setVariables(t, { K_CONFIGURATION: undefined, KUBERNETES_SERVICE_HOST: '10.0.0.1' });
    assert.deepEqual(await detect(), {
      'cloud.provider': 'gcp',
      'cloud.platform': 'gcp_kubernetes_engine',
      'cloud.account.id': cloud.projectId,
      'cloud.availability_zone': 'us-central1-f',
      'k8s.cluster.name': 'otel-trace-codelab',
      'host.id': instanceId,
    });
  });

  test('serves values, folders and recursive JSON', async (t) => {
    const { cloud, email, get } = await setUp(t);
    const cases: [string, string][] = [
      ['/project/project-id', cloud.projectId],
      ['/project/numeric-project-id', cloud.projectNumber],
      ['/instance/region', `projects/${cloud.projectNumber}/regions/us-central1`],
      ['/instance/zone', `projects/${cloud.projectNumber}/zones/us-central1-f`],
      ['/instance/service-accounts/default/email', email],
      [`/instance/service-accounts/${email}/email`, email],
      ['/instance/service-accounts/', `default/\n${email}/\n`],
      [
        '/instance/service-accounts/default/scopes',
        'https://www.googleapis.com/auth/cloud-platform',
      ],
      ['/project', 'numeric-project-id\nproject-id\n'],
      [
        '/project/?recursive=true',
        JSON.stringify({ numericProjectId: cloud.projectNumber, projectId: cloud.projectId }),
      ],
    ];
    for (const [path, expected] of cases) {
      const { status, text, headers } = await get(V1 + path);
      assert.deepEqual([status, text], [200, expected], path);
      assert.equal(headers.get('metadata-flavor'), 'Google');
    }
    assert.equal((await get(`${V1}/instance/attributes/cluster-name`)).status, 404);
    assert.equal((await get(`${V1}/instance/constructor`)).status, 404);
    const gke = await setUp(t, 'gke');
    assert.equal(
      (await gke.get(`${V1}/instance/attributes/cluster-location`)).text,
      'us-central1-f',
    );
    assert.equal((await gke.get(`${V1}/instance/region`)).status, 404, 'GCE has the zone alone');
  });

  test('refuses requests that a server could have been tricked into', async (t) => {
    const { get } = await setUp(t);
    assert.equal((await get(`${V1}/project/project-id`, {})).status, 403);
    const forwarded = { 'metadata-flavor': 'Google', 'x-forwarded-for': '1.2.3.4' };
    assert.equal((await get(`${V1}/project/project-id`, forwarded)).status, 403);
  });

  test('names the account in ID tokens always on Cloud Run, on GKE with format=full', async (t) => {
    const { email, get } = await setUp(t, 'gke');
    const identity = `${V1}/instance/service-accounts/default/identity`;
    assert.equal((await get(identity)).status, 400);
    assert.equal(decodeJwt((await get(`${identity}?audience=x`)).text).email, undefined);
    const full = decodeJwt((await get(`${identity}?audience=x&format=full`)).text);
    assert.deepEqual([full.email, full.aud, full.email_verified], [email, 'x', true]);
    const run = await setUp(t);
    assert.equal(decodeJwt((await run.get(`${identity}?audience=x`)).text).email, run.email);
  });

  test('fails as injected, while a pod is young', async (t) => {
    const { cloud, get } = await setUp(t, 'gke');
    cloud.faults.inject({ service: 'metadata', error: 'UNAVAILABLE', times: 1 });
    assert.equal((await get(`${V1}/project/project-id`)).status, 503);
    assert.equal((await get(`${V1}/project/project-id`)).status, 200);
  });
});
