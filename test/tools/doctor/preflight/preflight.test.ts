import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, type TestContext, test } from 'node:test';
import { createGoogleApi, type Signer } from '../../../../tools/doctor/preflight/google-api.ts';
import { parsePreflightOptions } from '../../../../tools/doctor/preflight/options.ts';
import { createChecks, runChecks } from '../../../../tools/doctor/preflight/preflight.ts';
import { REQUIRED_APIS } from '../../../../tools/doctor/preflight/project.ts';
import { renderResult, renderVerdict } from '../../../../tools/doctor/preflight/render-text.ts';
import { createWorksCheck, type ReadWorks } from '../../../../tools/doctor/preflight/works.ts';
import { DEFECTS } from './defects.ts';
import { createProject, PROJECT, type Project, startFakeGoogle } from './fake-google.ts';

const SIGNED: Signer = async () => new Headers({ authorization: 'Bearer a-token' });
const WORKS: ReadWorks = async () => [
  { name: 'play', bytes: Buffer.from('I love thee\nand THEE\nnot me\n') },
];

async function ask(
  t: TestContext,
  project: Project,
  setup: Readonly<{ signer?: Signer; works?: ReadWorks; args?: readonly string[] }> = {},
) {
  const google = await startFakeGoogle(project);
  t.after(google.close);
  const options = parsePreflightOptions(['--project', PROJECT, ...(setup.args ?? [])]);
  assert.ok(options !== 'help');
  const { signal } = new AbortController();
  const api = createGoogleApi({
    signer: setup.signer ?? SIGNED,
    endpoints: google.endpoints,
    signal,
    retryDelayMs: 1,
  });
  const checks = createChecks(createWorksCheck(setup.works ?? WORKS), undefined);
  return runChecks(checks, { options, api, signal });
}

describe('preflight', () => {
  test('passes every check of a project that is deployed', async (t) => {
    const results = await ask(t, createProject());
    assert.deepEqual(
      results.map(({ id, status, findings }) => ({ id, status, findings })),
      [
        ...['credentials', 'project', 'apis', 'repository', 'images', 'services'],
        ...['invokers', 'trace-writers', 'works'],
      ].map((id) => ({ id, status: 'passed', findings: [] })),
    );
    assert.match(renderVerdict(results), /Ready/);
  });

  for (const { title, spoil, check, text, cure } of DEFECTS) {
    test(`finds ${title}, and names the command that cures it`, async (t) => {
      const project = createProject();
      spoil(project);
      const results = await ask(t, project);
      const failed = results.filter(({ status }) => status === 'failed');
      assert.deepEqual(
        failed.map(({ id }) => id),
        [check],
      );
      assert.equal(failed[0]?.findings.length, 1);
      assert.match(failed[0]?.findings[0]?.text ?? '', text);
      assert.equal(failed[0]?.findings[0]?.cure, cure);
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
    assert.equal(first?.findings[0]?.cure, 'gcloud auth application-default login');
    assert.ok(rest.every(({ status }) => status === 'not asked'));
  });

  test('looks for one tag where one is given', async (t) => {
    const found = await ask(t, createProject(), { args: ['--tag', 'v1'] });
    assert.ok(found.every(({ status }) => status === 'passed'));
    const missing = await ask(t, createProject(), { args: ['--tag', 'v2'] });
    const images = missing.find(({ id }) => id === 'images');
    assert.equal(images?.findings[0]?.text, 'no image with tag v2 of loadgen, client, server');
    assert.match(images?.findings[0]?.cure ?? '', /_TAG=v2 \.$/);
  });

  test('finds works that cannot be read, by who is to read them', async (t) => {
    const works: ReadWorks = async ({ bucket }) => {
      throw new Error(`reading gs://${bucket} failed: 403`);
    };
    const open = (await ask(t, createProject(), { works })).at(-1);
    assert.match(open?.findings[0]?.cure ?? '', /^gcloud storage ls gs:\/\/texts\//);
    const project = createProject();
    if (project.services.server) project.services.server.env.WORKS_ACCESS = 'iam';
    const closed = (await ask(t, project, { works })).at(-1);
    assert.equal(
      closed?.findings[0]?.cure,
      'gcloud storage buckets add-iam-policy-binding gs://texts --member serviceAccount:shakesapp-server@my-project.iam.gserviceaccount.com --role roles/storage.objectViewer',
    );
  });

  test('asks again where Google has a bad moment, and gives up with its words', async (t) => {
    const project = createProject();
    project.refuse = { status: 503, message: 'try later' };
    const [, second] = await ask(t, project);
    assert.match(second?.findings[0]?.text ?? '', /Google answered 503: try later/);
  });

  test('says so where nobody answers', async () => {
    const options = parsePreflightOptions(['--project', PROJECT]);
    assert.ok(options !== 'help');
    const { signal } = new AbortController();
    const nowhere = 'http://127.0.0.1:1';
    const api = createGoogleApi({
      signer: SIGNED,
      endpoints: {
        artifactregistry: nowhere,
        cloudresourcemanager: nowhere,
        run: nowhere,
        serviceusage: nowhere,
      },
      signal,
      retryDelayMs: 1,
    });
    const [, project] = await runChecks(createChecks(createWorksCheck(WORKS), undefined), {
      options,
      api,
      signal,
    });
    assert.match(project?.findings[0]?.text ?? '', /could not be asked: no answer/);
    assert.match(project?.findings[0]?.cure ?? '', /check the network/);
  });

  test('shows each check in a line, with finding and command below', () => {
    const text = renderResult({
      id: 'apis',
      title: 'the APIs are enabled',
      status: 'failed',
      findings: [{ text: 'not enabled:\u001b[31m run', cure: 'gcloud services enable run' }],
    });
    assert.equal(
      text,
      [
        'FAILED the APIs are enabled',
        '         not enabled:·[31m run',
        '         cure: gcloud services enable run',
        '',
      ].join('\n'),
    );
  });

  test('knows the APIs that terraform enables', async () => {
    const file = new URL('../../../../terraform/apis.tf', import.meta.url);
    const [always = ''] = (await readFile(file, 'utf8')).split('local.otlp_to_google');
    const enabled = [...always.matchAll(/"([a-z]+\.googleapis\.com)"/g)].map(([, name]) => name);
    assert.deepEqual(REQUIRED_APIS, enabled);
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
    test(`refuses ${title}`, () => assert.throws(() => parsePreflightOptions(args), message));
  }
});
