import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { loadRequestSchema } from '../../functions/loadgen/contract.ts';
import { SERVICES } from '../../lib/telemetry/names.ts';
import { environmentOf, environmentProblems } from './environment.ts';
import { type PlannedEnvironment, toPlannedEnvironment } from './planned-environment.ts';
import { POLICIES } from './policies.ts';
import { checksOf, type Deployment, deployAll, openWorkspace, type Workspace } from './roots.ts';
import { reasonToSkip } from './terraform.ts';

const skip = await reasonToSkip();

describe('the planned deployment', { skip }, () => {
  let workspace: Workspace;
  let deployment: Deployment;
  let planned: PlannedEnvironment;
  before(async () => {
    workspace = await openWorkspace();
    deployment = await deployAll(workspace);
    planned = toPlannedEnvironment(deployment);
  });
  after(() => workspace.close());

  for (const [title, policy] of Object.entries(POLICIES)) {
    test(title, () => assert.deepEqual(policy(deployment.resources), []));
  }

  test('no kubernetes provider is configured from a cluster of the same state', () => {
    const together = deployment.resources.filter(
      ({ address, type }) =>
        address.startsWith('workloads:') && type === 'google_container_cluster',
    );
    assert.deepEqual(together, []);
    const elsewhere = deployment.resources.filter(
      ({ address, type }) => type.startsWith('kubernetes_') && !address.startsWith('workloads:'),
    );
    assert.deepEqual(elsewhere, []);
  });

  test('no check of the roots fails', () => assert.deepEqual(checksOf(deployment), []));

  test('every program understands the environment that it will be given', () => {
    assert.deepEqual(environmentProblems(planned), []);
  });

  test('each caller gets the address of what it calls, in the form that its platform needs', () => {
    const { cloud_run, gke } = planned;
    assert.equal(cloud_run.programs.loadgen.env.CLIENT_ADDR, cloud_run.programs.client.address);
    assert.equal(cloud_run.programs.client.env.SERVER_ADDR, cloud_run.programs.server.address);
    assert.match(cloud_run.programs.server.address, /^https:\/\//);
    assert.equal(gke.programs.loadgen.env.CLIENT_ADDR, gke.programs.client.address);
    assert.equal(gke.programs.client.env.SERVER_ADDR, gke.programs.server.address);
  });

  test('both platforms send the same load by the same schedule, and give up together', () => {
    const { cloud_run, gke } = planned;
    assert.equal(gke.trigger.schedule, cloud_run.trigger.schedule);
    assert.equal(gke.trigger.env.LOAD_BODY, cloud_run.trigger.body);
    assert.ok(Number(gke.trigger.env.TIMEOUT_SECONDS) < cloud_run.trigger.attemptDeadlineSeconds);
    const body = loadRequestSchema.parse(JSON.parse(cloud_run.trigger.body));
    assert.deepEqual([body.requests, body.intervalMs, body.checkConnectivity], [10, 2000, false]);
  });

  for (const name of SERVICES) {
    test(`${name} has the same image, CPU, memory, ports and own settings on both platforms`, () => {
      const [run, pod] = [planned.cloud_run.programs[name], planned.gke.programs[name]];
      assert.equal(pod.image, run.image);
      assert.equal(pod.port, run.port);
      assert.deepEqual(pod.limits, run.limits);
      const platformOwn = /^(PORT|POD_NAME|POD_UID|NODE_NAME|.*_ADDR|OTEL_RESOURCE_ATTRIBUTES)$/;
      const shared = (environment: Record<string, string>) =>
        Object.fromEntries(Object.entries(environment).filter(([key]) => !platformOwn.test(key)));
      assert.deepEqual(shared(environmentOf(pod)), shared(environmentOf(run)));
    });

    test(`${name}'s spans will say which pod, namespace, container and cluster they ran in`, () => {
      const attributes = environmentOf(planned.gke.programs[name]).OTEL_RESOURCE_ATTRIBUTES ?? '';
      for (const pair of [
        'k8s.pod.name=pod-name-0',
        'k8s.namespace.name=shakesapp',
        `k8s.container.name=${name}`,
        'k8s.cluster.name=otel-trace-codelab',
      ]) {
        assert.ok(attributes.split(',').includes(pair), `${pair} in ${attributes}`);
      }
    });
  }
});

describe('variants of the deployment', { skip }, () => {
  const read = async (
    t: { after(close: () => Promise<void>): void },
    variables: Record<string, string>,
  ) => {
    const workspace = await openWorkspace();
    t.after(() => workspace.close());
    const deployment = await deployAll(workspace, variables);
    return { deployment, planned: toPlannedEnvironment(deployment) };
  };
  const findings = ({ resources }: Deployment) =>
    Object.entries(POLICIES).flatMap(([title, policy]) =>
      policy(resources).map((text) => `${title}: ${text}`),
    );

  test('request-based billing takes the CPU away between requests and flushes before answers', async (t) => {
    const { deployment, planned } = await read(t, { request_based_billing: 'true' });
    assert.deepEqual([...findings(deployment), ...environmentProblems(planned)], []);
    assert.equal(planned.cloud_run.programs.client.env.SPAN_FLUSH, 'before-response');
    assert.match(
      planned.cloud_run.programs.client.env.OTEL_RESOURCE_ATTRIBUTES ?? '',
      /billing=request/,
    );
    assert.equal(planned.gke.programs.client.env.SPAN_FLUSH, 'background');
  });

  test('one setting reaches both platforms', async (t) => {
    const { deployment, planned } = await read(t, {
      image_tag: 'v2',
      requests_per_run: '25',
      interval_ms: '500',
      schedule: '*/5 * * * *',
      works_bucket: 'my-works',
      works_prefix: 'plays/',
      works_access: 'iam',
      known_queries: '{ love = 12, "to be, or not to be" = 1 }',
      traces_exporter: 'gcp_trace,otlp',
      propagators: 'tracecontext,b3',
      cpu: '1',
      memory: '512Mi',
      concurrency: '7',
    });
    assert.deepEqual([...findings(deployment), ...environmentProblems(planned)], []);
    for (const platform of ['cloud_run', 'gke'] as const) {
      const { programs } = planned[platform];
      assert.equal(programs.server.env.WORKS_BUCKET, 'my-works');
      assert.equal(programs.client.env.KNOWN_QUERIES, '{"love":12,"to be, or not to be":1}');
      assert.equal(programs.loadgen.env.OTEL_TRACES_EXPORTER, 'gcp_trace,otlp');
      assert.equal(programs.loadgen.env.OTEL_PROPAGATORS, 'tracecontext,b3');
      assert.match(programs.server.env.OTEL_RESOURCE_ATTRIBUTES ?? '', /service\.version=v2/);
      assert.equal(planned[platform].trigger.schedule, '*/5 * * * *');
    }
    const readers = deployment.resources.filter(
      ({ type, values }) =>
        type === 'google_storage_bucket_iam_member' && values.bucket === 'my-works',
    );
    assert.equal(readers.length, 2);
    const roles = deployment.resources.filter(
      ({ values }) => values.role === 'roles/telemetry.tracesWriter',
    );
    assert.equal(roles.length, 6);
  });
});
