import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, type TestContext, test } from 'node:test';
import type { Result } from '../../../../tools/doctor/preflight/check.ts';
import { CLUSTER, NAMESPACE } from '../../../../tools/doctor/preflight/checks/cluster.ts';
import { REQUIRED_APIS } from '../../../../tools/doctor/preflight/checks/project.ts';
import {
  createWorksCheck,
  type ReadWorks,
} from '../../../../tools/doctor/preflight/checks/works.ts';
import {
  createGoogleApi,
  GOOGLE_ENDPOINTS,
  type Signer,
} from '../../../../tools/doctor/preflight/google-api.ts';
import { parseOptions } from '../../../../tools/doctor/preflight/options.ts';
import { createChecks, runChecks } from '../../../../tools/doctor/preflight/preflight.ts';
import {
  renderNext,
  renderResult,
  renderVerdict,
} from '../../../../tools/doctor/preflight/render-text.ts';
import { flagsOf } from '../../cli/flags-of.ts';
import { DEFECTS } from './defects.ts';
import { FULL_DEFECTS } from './defects-full.ts';
import {
  accountOf,
  createFullProject,
  createProject,
  PROJECT,
  type Project,
  podOf,
  startFakeGoogle,
} from './fake-google.ts';

const SIGNED: Signer = async () => new Headers({ authorization: 'Bearer a-token' });
const WORKS: ReadWorks = async () => [
  { name: 'play', bytes: Buffer.from('I love thee\nand THEE\nnot me\n') },
];

const NO_TRACES = { cloudRun: [], gke: [] };

async function ask(
  t: TestContext,
  project: Project,
  setup: Readonly<{ signer?: Signer; works?: ReadWorks; args?: readonly string[] }> = {},
) {
  const google = await startFakeGoogle(project);
  t.after(google.close);
  const options = parseOptions(flagsOf('preflight', '--project', PROJECT, ...(setup.args ?? [])));
  const { signal } = new AbortController();
  const api = createGoogleApi({
    signer: setup.signer ?? SIGNED,
    endpoints: google.endpoints,
    signal,
    retryDelayMs: 1,
  });
  const checks = createChecks(createWorksCheck(setup.works ?? WORKS), NO_TRACES);
  return runChecks(checks, { options, api, signal });
}

describe('preflight', () => {
  const CLOUD_RUN = [
    ...['credentials', 'project', 'apis', 'repository', 'images', 'services', 'invokers'],
    ...['exporter-api', 'trace-writers', 'works-readers', 'works'],
  ];
  const GKE = ['cluster', 'image-pullers', 'pod-trace-writers', 'pod-works-readers'];

  test('passes what is deployed, and says what was skipped and why', async (t) => {
    const results = await ask(t, createProject());
    const reasons: Readonly<Record<string, string>> = {
      'exporter-api': 'no service sends traces to Google by OTLP',
      'works-readers': 'the works are public: the server reads them without credentials',
      cluster: 'not deployed: container.googleapis.com is not enabled',
      'image-pullers': 'not deployed',
      'pod-trace-writers': 'not deployed',
      'pod-works-readers': 'not deployed',
    };
    assert.deepEqual(
      results.map(({ id, status, reason }) => ({ id, status, reason })),
      [...CLOUD_RUN, ...GKE].map((id) => ({
        ...{ id, reason: reasons[id] },
        status: reasons[id] === undefined ? 'passed' : 'skipped',
      })),
    );
    assert.match(renderVerdict(results), /Ready: every check passed; 6 skipped/);
    assert.match(
      renderNext(results, 'p') ?? '',
      /links create trace_spans --bucket _Trace --dataset Spans --location LOCATION --project p\n/,
    );
    const cluster = results.find(({ id }) => id === 'cluster');
    assert.match(renderResult(cluster ?? assert.fail()), /^- {6}GKE: .* \(skipped: not deployed: /);
  });

  test('passes every check of both platforms with their own works and both exporters', async (t) => {
    const results = await ask(t, createFullProject(), { args: ['--gke'] });
    assert.deepEqual(
      results.map(({ id, status, findings }) => ({ id, status, findings })),
      [...CLOUD_RUN, ...GKE].map((id) => ({ id, status: 'passed', findings: [] })),
    );
  });

  const projects = [
    { create: createProject, defects: DEFECTS, args: [] },
    { create: createFullProject, defects: FULL_DEFECTS, args: ['--gke'] },
  ];
  const cases = projects.flatMap(({ defects, ...rest }) =>
    defects.map((defect) => ({ ...rest, ...defect })),
  );
  for (const { title, create, args, spoil, check, text, fix } of cases) {
    test(`finds ${title}, and names the command that fixes it`, async (t) => {
      const project = create();
      spoil(project);
      const results = await ask(t, project, { args });
      const failed = results.filter(({ status }) => status === 'failed');
      assert.deepEqual(
        failed.map(({ id }) => id),
        [check],
      );
      assert.equal(failed[0]?.findings.length, 1);
      assert.match(failed[0]?.findings[0]?.text ?? '', text);
      assert.equal(failed[0]?.findings[0]?.fix, fix);
    });
  }

  test('without credentials asks nothing else', async (t) => {
    const results = await ask(t, createProject(), {
      signer: async () => {
        throw new Error('Could not load the default credentials.');
      },
    });
    const [first, ...rest] = results;
    assert.equal(first?.status, 'failed');
    assert.equal(first?.findings[0]?.fix, 'gcloud auth application-default login');
    assert.ok(rest.every(({ status }) => status === 'not asked'));
    assert.deepEqual(new Set(rest.map(renderResult)), new Set(['']));
    assert.equal(
      renderVerdict(results),
      `\n1 of ${results.length} checks failed. The other checks depend on it and did not run. ` +
        'Fix it, then run the command again.\n',
    );
  });

  test('looks for one tag where one is given', async (t) => {
    const found = await ask(t, createProject(), { args: ['--tag', 'v1'] });
    assert.ok(found.every(({ status }) => status === 'passed' || status === 'skipped'));
    const missing = await ask(t, createProject(), { args: ['--tag', 'v2'] });
    const images = missing.find(({ id }) => id === 'images');
    assert.equal(images?.findings[0]?.text, 'no image with tag v2 of loadgen, client, server');
    assert.match(images?.findings[0]?.fix ?? '', /_TAG=v2 \.$/);
  });

  test('names what deploys a service with the tag that was given, and with no other', async (t) => {
    const project = createProject();
    delete project.services.server;
    const cureOf = async (args: readonly string[]) => {
      const results = await ask(t, project, { args });
      return results.find(({ id }) => id === 'services')?.findings[0]?.fix ?? '';
    };
    assert.match(await cureOf(['--tag', 'v1']), / what_next .* here with -var image_tag=v1; /);
    assert.doesNotMatch(await cureOf([]), /image_tag/);
  });

  test('finds works that cannot be read, by who is to read them', async (t) => {
    const works: ReadWorks = async ({ bucket }) => {
      throw new Error(`reading gs://${bucket} failed: 403`);
    };
    const worksOf = async (project: Project) =>
      (await ask(t, project, { works })).find(({ id }) => id === 'works');
    const open = await worksOf(createProject());
    assert.match(open?.findings[0]?.fix ?? '', /^gcloud storage ls gs:\/\/texts\//);
    assert.match(open?.findings[0]?.fix ?? '', / what_next .* here with -var works_access=iam; /);
    const closed = await worksOf(createFullProject());
    assert.equal(
      closed?.findings[0]?.fix,
      'gcloud storage buckets add-iam-policy-binding gs://texts --member "user:$(gcloud config get account)" --role roles/storage.objectViewer',
      'the preflight reads as the person who runs it',
    );
  });

  test('lets the server read by a custom role, or through the project', async (t) => {
    const member = `serviceAccount:${accountOf('server')}`;
    const project = createFullProject();
    project.bucketBindings = [
      { role: 'roles/storage.legacyObjectReader', members: [member] },
      { role: 'roles/storage.objectViewer', members: [podOf('server')] },
    ];
    const half = await ask(t, project);
    assert.match(
      half.find(({ id }) => id === 'works-readers')?.findings[0]?.text ?? '',
      /lacks storage\.objects\.list on gs:\/\/texts, by the policies of/,
    );
    for (const role of ['deleted', 'reader']) {
      project.bindings.push({ role: `projects/my-project/roles/${role}`, members: [member] });
    }
    const whole = await ask(t, project);
    assert.ok(whole.every(({ status }) => status === 'passed'));
  });

  test('says what it could not check where the policy of the bucket cannot be read', async (t) => {
    const project = createFullProject();
    project.bucketBindings = undefined;
    const results = await ask(t, project);
    for (const [id, reader] of [
      [
        'works-readers',
        /: whether serviceAccount:shakesapp-server@\S+ can read it was not checked$/,
      ],
      ['pod-works-readers', /: whether principal:\S+\/sa\/server can read it was not checked$/],
    ] as const) {
      const [finding] = results.find((result) => result.id === id)?.findings ?? [];
      assert.match(finding?.text ?? '', reader);
      assert.equal(
        finding?.fix,
        'gcloud storage buckets add-iam-policy-binding gs://texts --member "user:$(gcloud config get account)" --role roles/storage.legacyBucketOwner',
      );
    }
  });

  test('says of a bucket that is not there which variable names it', async (t) => {
    const project = createFullProject();
    if (project.services.server) project.services.server.env.WORKS_BUCKET = 'gone';
    const [finding] =
      (await ask(t, project)).find(({ id }) => id === 'works-readers')?.findings ?? [];
    assert.equal(finding?.text, 'there is no bucket gs://gone');
    assert.match(finding?.fix ?? '', /-var works_bucket=NAME$/);
  });

  test('takes pods that act as the Google accounts for these', async (t) => {
    const project = createFullProject();
    for (const name of ['loadgen', 'client', 'server']) {
      const member = `serviceAccount:${PROJECT}.svc.id.goog[shakesapp/${name}]`;
      project.actors[accountOf(name)] = [
        { role: 'roles/iam.workloadIdentityUser', members: [member] },
      ];
    }
    for (const binding of [...project.bindings, ...(project.bucketBindings ?? [])]) {
      binding.members = binding.members.filter((member) => !member.startsWith('principal:'));
    }
    const results = await ask(t, project);
    assert.ok(results.every(({ status }) => status === 'passed'));
  });

  test('with --gke a cluster that is not there is a finding', async (t) => {
    const off = (await ask(t, createProject(), { args: ['--gke'] })).find(
      ({ id }) => id === 'cluster',
    );
    assert.equal(
      off?.findings[0]?.fix,
      'gcloud services enable container.googleapis.com --project my-project',
    );
    const project = createFullProject();
    project.clusters = [];
    const none = (await ask(t, project, { args: ['--gke'] })).find(({ id }) => id === 'cluster');
    assert.equal(none?.findings[0]?.fix, 'terraform -chdir=terraform/gke/cluster apply');
  });

  test('asks again where Google has a bad moment, and gives up with its words', async (t) => {
    const project = createProject();
    project.refuse = { status: 503, message: 'try later' };
    const [, second] = await ask(t, project);
    assert.match(second?.findings[0]?.text ?? '', /Google answered 503: try later/);
  });

  test('says so where nobody answers', async () => {
    const options = parseOptions(flagsOf('preflight', '--project', PROJECT));
    const { signal } = new AbortController();
    const nowhere = 'http://127.0.0.1:1';
    const api = createGoogleApi({
      signer: SIGNED,
      endpoints: Object.fromEntries(
        Object.keys(GOOGLE_ENDPOINTS).map((name) => [name, nowhere]),
      ) as typeof GOOGLE_ENDPOINTS,
      signal,
      retryDelayMs: 1,
    });
    const [, project] = await runChecks(createChecks(createWorksCheck(WORKS), NO_TRACES), {
      options,
      api,
      signal,
    });
    assert.match(project?.findings[0]?.text ?? '', /^no answer from Google: /);
    assert.match(project?.findings[0]?.fix ?? '', /check the network/);
  });

  test('shows each check in a line, with finding and command below', () => {
    const text = renderResult({
      id: 'apis',
      title: 'the APIs are enabled',
      status: 'failed',
      findings: [{ text: 'not enabled:\u001b[31m run', fix: 'gcloud services enable run' }],
    });
    assert.equal(
      text,
      [
        'FAILED the APIs are enabled',
        '         not enabled:·[31m run',
        '         fix: gcloud services enable run',
        '',
      ].join('\n'),
    );
  });

  test('lists once at the end what was not checked', () => {
    const result = (title: string, status: Result['status']): Result => ({
      ...{ id: title, title, status, findings: [] },
    });
    const results = [
      result('the project exists', 'passed'),
      result('the images are in it', 'failed'),
      result('the services are ready', 'failed'),
      result('a run gives traces', 'not asked'),
      result('the pods run', 'skipped'),
    ];
    assert.equal(
      renderVerdict(results),
      '\n2 of 5 checks failed; 1 skipped. Fix the first one first. ' +
        'Not checked, because they depend on a check that failed:\n  a run gives traces\n',
    );
    assert.match(renderVerdict(results.slice(0, 2)), /^\n1 of 2 checks failed\. Fix it\.\n$/);
  });

  test('knows the APIs that terraform enables', async () => {
    const file = new URL('../../../../terraform/apis.tf', import.meta.url);
    const [always = ''] = (await readFile(file, 'utf8')).split('local.otlp_to_google');
    const enabled = [...always.matchAll(/"([a-z]+\.googleapis\.com)"/g)].map(([, name]) => name);
    assert.deepEqual(REQUIRED_APIS, enabled);
  });

  test('knows cluster and namespace by the names that terraform gives them', async () => {
    const read = (path: string) =>
      readFile(new URL(`../../../../terraform/gke/${path}`, import.meta.url), 'utf8');
    assert.ok((await read('cluster/cluster.tf')).includes(`= "${CLUSTER}"`));
    assert.match(await read('workloads/locals.tf'), new RegExp(`namespace = "${NAMESPACE}"`));
  });
});

describe('options of the preflight', () => {
  const table: readonly [string, readonly string[], RegExp][] = [
    ['no project', [], /--project P/],
    ['a project that a shell would read', ['--project', 'a;rm -rf'], /the id of a project/],
    ['a zone for a region', ['--project', PROJECT, '--region', 'us-central1-f'], /a region/],
    ['an unknown flag', ['--project', PROJECT, '--fast'], /fast/],
  ];
  for (const [title, args, message] of table) {
    test(`refuses ${title}`, () =>
      assert.throws(() => parseOptions(flagsOf('preflight', ...args)), message));
  }
});
