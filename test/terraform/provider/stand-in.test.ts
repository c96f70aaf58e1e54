import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Values } from '../plan.ts';
import { podsOf } from '../planned-pods.ts';
import { ROOTS, TERRAFORM_FOLDER } from '../roots.ts';
import { DEFAULT_ANSWERS } from './answers.ts';
import { readSchemas } from './schema.ts';
import { createStandIn } from './stand-in.ts';
import { decodeValue, encodeValue, isObject, UNKNOWN, type Value } from './value.ts';

const { google, kubernetes } = readSchemas();

function createGoogle(answers = DEFAULT_ANSWERS) {
  const standIn = createStandIn(google, answers);
  standIn.configure({ project: 'p', region: 'us-central1' });
  return standIn;
}

const ACCOUNT: Value = { account_id: 'someone', display_name: 'Someone' };

function field(value: Value, name: string): Value | undefined {
  return isObject(value) ? value[name] : undefined;
}

test('a value survives the wire, unknown parts included', () => {
  const value: Value = { text: 'x', list: [1, true, null, UNKNOWN], map: { inner: UNKNOWN } };
  assert.deepEqual(decodeValue(encodeValue(value)), value);
});

test('an unknown that terraform knows something about is unknown too', () => {
  // fixext2, type 12: {1: false}, "not null"
  const refined = { msgpack: Uint8Array.from([0xc7, 3, 12, 0x81, 1, 0xc2]) };
  assert.equal(decodeValue(refined), UNKNOWN);
});

test('plans as unknown what only the service can say, and nothing else', () => {
  const planned = createGoogle().plan('google_service_account', null, ACCOUNT);
  assert.equal(field(planned, 'email'), UNKNOWN);
  assert.equal(field(planned, 'account_id'), 'someone');
  assert.equal(field(planned, 'description'), null);
});

const POD = {
  container: [{ name: 'a', image: 'i', security_context: [{}], liveness_probe: [{}] }],
};

/** The pod that the stand-in would send, in a Deployment or in a CronJob. */
function sentPod(type: 'kubernetes_deployment_v1' | 'kubernetes_cron_job_v1') {
  const template = [{ metadata: [{}], spec: [POD] }];
  const spec =
    type === 'kubernetes_deployment_v1'
      ? [{ replicas: '1', template }]
      : [{ schedule: '* * * * *', job_template: [{ spec: [{ template }] }] }];
  const planned = createStandIn(kubernetes).plan(type, null, { metadata: [{ name: 'a' }], spec });
  const [pods] = podsOf([{ address: type, type, values: planned as Values, dependsOn: [] }]);
  assert.ok(pods);
  return pods.pod;
}

test('sends an unset bool of a block as false, and the default of the schema where it has one', () => {
  const pod = sentPod('kubernetes_deployment_v1');
  const [container] = pod.container;
  const { run_as_non_root, privileged, read_only_root_filesystem, allow_privilege_escalation } =
    container.security_context[0];
  assert.deepEqual(
    [run_as_non_root, privileged, read_only_root_filesystem, allow_privilege_escalation],
    [false, false, false, true],
  );
  assert.deepEqual([pod.automount_service_account_token, pod.host_network], [true, false]);
  const [{ period_seconds, timeout_seconds, failure_threshold }] = container.liveness_probe;
  assert.deepEqual([period_seconds, timeout_seconds, failure_threshold], [10, 1, 3]);
});

test('sends no block that the configuration does not have', () => {
  assert.deepEqual(sentPod('kubernetes_deployment_v1').security_context, []);
});

test('restarts the pods of a Deployment, and not those of a Job', () => {
  assert.equal(sentPod('kubernetes_deployment_v1').restart_policy, 'Always');
  assert.equal(sentPod('kubernetes_cron_job_v1').restart_policy, 'Never');
});

test('applies a plan to values without unknowns, in the real service’s form', () => {
  const standIn = createGoogle();
  const state = standIn.apply(
    'google_service_account',
    standIn.plan('google_service_account', null, ACCOUNT),
  );
  assert.equal(field(state, 'member'), 'serviceAccount:someone@p.iam.gserviceaccount.com');
  assert.ok(isObject(state) && !Object.values(state).includes(UNKNOWN));
});

test('plans no change of what did not change', () => {
  const standIn = createGoogle();
  const state = standIn.apply(
    'google_service_account',
    standIn.plan('google_service_account', null, ACCOUNT),
  );
  assert.equal(standIn.plan('google_service_account', state, state), state);
});

test('plans the end of a resource as nothing', () => {
  assert.equal(createGoogle().plan('google_service_account', ACCOUNT, null), null);
});

test('refuses a word that the documentation does not list, in nested blocks too', () => {
  const problems = createGoogle().validate('resources', 'google_cloud_run_v2_service', {
    ingress: 'PUBLIC',
    template: [{ execution_environment: 'GEN3' }],
  });
  assert.equal(problems.length, 2);
  assert.match(problems[0] ?? '', /ingress to be one of .*INGRESS_TRAFFIC_ALL.*, got PUBLIC/);
});

test('finds an image by its tag, and no tag that was not pushed', () => {
  const standIn = createGoogle({ ...DEFAULT_ANSWERS, imageTags: ['v1'] });
  const read = (image_name: string) =>
    standIn.read('google_artifact_registry_docker_image', {
      location: 'us-central1',
      repository_id: 'trace-codelab',
      image_name,
    });
  const found = read('server:v1');
  assert.match(
    String(isObject(found as Value) && field(found as Value, 'self_link')),
    /^us-central1-docker\.pkg\.dev\/p\/trace-codelab\/server@sha256:[0-9a-f]{64}$/,
  );
  assert.deepEqual(read('server:v9'), { error: 'Requested image was not found.' });
});

test('the fixture says which versions of the real providers it was taken from', () => {
  const { google: first, kubernetes } = readSchemas();
  assert.deepEqual([first.version, kubernetes.version], ['7.45.0', '3.2.1']);
});

test('every root takes providers of the major versions whose schemas were checked', () => {
  const checked = Object.entries(readSchemas()).map(
    ([name, { version }]) => [name, `~> ${version.replace(/\.\d+$/, '')}`] as const,
  );
  for (const folder of Object.values(ROOTS)) {
    const text = readFileSync(join(TERRAFORM_FOLDER, folder, 'versions.tf'), 'utf8');
    const taken = text.matchAll(/source\s+= "hashicorp\/(\w+)"\s+version\s+= "([^"]+)"/g);
    const constraints = [...taken].map(([, name, constraint]) => [name, constraint]);
    const wanted = checked.filter(([name]) => text.includes(`"hashicorp/${name}"`));
    assert.ok(wanted.length > 0);
    assert.deepEqual(constraints, wanted, folder);
  }
});
